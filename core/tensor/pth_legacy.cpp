#include <map>
#include <string>

#include "tensor/byte_reader.hpp"
#include "tensor/pth_parts.hpp"

namespace ph {
namespace {

constexpr std::int64_t known_version = 1001;

const PickleValue* member(const Pickle& pickle, std::string_view key) {
  const auto& root = pickle.values[pickle.root];
  if (root.kind != PickleKind::dict) return nullptr;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    const auto& name = pickle.values[root.items[i]];
    if (name.kind == PickleKind::text && name.text == key) return &pickle.values[root.items[i + 1]];
  }
  return nullptr;
}

class LegacyReader {
 public:
  LegacyReader(const std::filesystem::path& path, std::string_view bytes) : path_{path}, bytes_{bytes} {}

  PthParts read() {
    at_ = pth_legacy_begin.size();
    check_version(next());
    check_machine(next());
    PthParts parts;
    parts.pickle = next();
    const auto storages = read_storages(next(), parts.pickle);
    for (const auto& storage : parts.pickle.storages) {
      const auto found = storages.find(storage.key);
      if (found == storages.end())
        damaged("no data for storage \"" + std::string(storage.key.substr(0, 64)) + "\"");
      check_storage(path_, storage, found->second);
      parts.storage_bytes.push_back(found->second);
    }
    return parts;
  }

 private:
  [[noreturn]] void damaged(const std::string& found) const {
    refuse_file(path_, "the file is damaged", found, "a file as torch.save wrote it before torch 1.6",
                "copy or download it again");
  }
  Pickle next() {
    auto pickle = read_pickle(path_, bytes_.substr(at_));
    at_ += pickle.end;
    return pickle;
  }
  void check_version(const Pickle& version) const {
    const auto& number = version.values[version.root];
    if (number.kind != PickleKind::integer || number.integer != known_version)
      damaged("another version of the format");
  }
  void check_machine(const Pickle& machine) const {
    const auto* little = member(machine, "little_endian");
    if (little == nullptr || little->kind != PickleKind::boolean) damaged("no byte order");
    if (little->integer == 1) return;
    refuse_file(path_, "written on another kind of machine", "big-endian numbers", "little-endian numbers",
                "load it with torch and save it again on a little-endian machine");
  }

  /// By key. How long an element is stands only in the object, at the storage's first use.
  std::map<std::string_view, std::string_view> read_storages(const Pickle& keys, const Pickle& object) {
    std::map<std::string_view, std::size_t> element_bytes;
    for (const auto& storage : object.storages) element_bytes.emplace(storage.key, bytes_of(storage.type));
    const auto& list = keys.values[keys.root];
    if (list.kind != PickleKind::list) damaged("no list of storages");
    ByteReader in(path_, "data", bytes_.substr(at_));
    std::map<std::string_view, std::string_view> storages;
    for (const auto ref : list.items) {
      const auto& key = keys.values[ref];
      const auto size = element_bytes.find(key.text);
      if (key.kind != PickleKind::text || size == element_bytes.end()) damaged("data that no tensor uses");
      const auto elements = in.number<std::uint64_t>();
      if (elements > in.left() / size->second) {
        damaged("a storage of " + std::to_string(elements) + " elements in " + std::to_string(in.left()) +
                " bytes");
      }
      if (!storages.emplace(key.text, in.take(elements * size->second)).second) damaged("one storage twice");
    }
    if (in.left() > 0) damaged(std::to_string(in.left()) + " bytes after the last storage");
    return storages;
  }

  const std::filesystem::path& path_;
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

PthParts read_pth_legacy(const std::filesystem::path& path, std::string_view bytes) {
  return LegacyReader{path, bytes}.read();
}

}  // namespace ph
