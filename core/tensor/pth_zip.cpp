#include <string>

#include "tensor/file_mapping.hpp"
#include "tensor/pth_parts.hpp"
#include "tensor/zip_archive.hpp"

namespace ph {
namespace {

using Files = std::map<std::string_view, std::string_view>;

// torch names the folder in the archive after the file that was first written.
std::string folder_of(const std::filesystem::path& path, const Files& files) {
  constexpr std::string_view object = "/data.pkl";
  std::string folder;
  for (const auto& [name, bytes] : files) {
    if (!name.ends_with(object) || name.find('/') != name.size() - object.size()) continue;
    if (!folder.empty())
      refuse_file(path, "damaged archive", "two objects", "one NAME/data.pkl, as torch.save writes it");
    folder = std::string(name.substr(0, name.size() - object.size() + 1));
  }
  if (folder.empty()) {
    refuse_file(path, "not a file of torch.save", "a zip archive without data.pkl",
                "NAME/data.pkl, as torch.save writes it", "unpack it, if the weights are in it");
  }
  return folder;
}

void check_byte_order(const std::filesystem::path& path, const Files& files, const std::string& folder) {
  const auto order = files.find(folder + "byteorder");
  if (order == files.end() || order->second == "little") return;
  refuse_file(path, "written on another kind of machine",
              "byte order \"" + std::string(order->second.substr(0, 16)) + "\"", "\"little\"",
              "load it with torch and save it again on a little-endian machine");
}

}  // namespace

void check_storage(const std::filesystem::path& path, const PickleStorage& storage, std::string_view bytes) {
  const auto size = bytes_of(storage.type);
  if (bytes.size() % size == 0 && bytes.size() / size == storage.elements) return;
  refuse_file(path, "the file is damaged",
              "storage \"" + std::string(storage.key.substr(0, 64)) + "\" of " +
                  std::to_string(bytes.size()) + " bytes",
              std::to_string(storage.elements) + " elements of " + std::to_string(size) + " bytes",
              "copy or download the file again");
}

PthParts read_pth_zip(const std::filesystem::path& path, std::string_view bytes) {
  const auto files = read_zip_archive(path, bytes);
  const auto folder = folder_of(path, files);
  check_byte_order(path, files, folder);
  PthParts parts;
  parts.pickle = read_pickle(path, files.at(folder + "data.pkl"));
  for (const auto& storage : parts.pickle.storages) {
    const auto found = files.find(folder + "data/" + std::string(storage.key));
    if (found == files.end()) {
      refuse_file(path, "the file is damaged",
                  "no data for storage \"" + std::string(storage.key.substr(0, 64)) + "\"",
                  "an entry for each storage", "copy or download the file again");
    }
    check_storage(path, storage, found->second);
    parts.storage_bytes.push_back(found->second);
  }
  return parts;
}

}  // namespace ph
