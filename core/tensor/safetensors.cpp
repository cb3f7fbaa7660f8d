// Reading. The format: 8 bytes length of the header (little-endian), the header (JSON), the data.
#include "tensor/safetensors.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "config/strict_json.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/tensor_type.hpp"

namespace ph {
namespace {

constexpr std::uint64_t max_header = 100'000'000;
constexpr const char* wanted_file = "a safetensors file";
constexpr const char* foreign_advice =
    "as weights to start from, load_from and pretrained read PyTorch's files";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& problem, std::string found,
                         std::string expected = wanted_file, std::string advice = {}) {
  refuse_file(path, problem, std::move(found), std::move(expected), std::move(advice));
}

/// Other files that people take for checkpoints.
void refuse_foreign(const std::filesystem::path& path, std::string_view bytes) {
  if (bytes.substr(0, 4) == "PK\x03\x04") {
    refuse(path, "not a safetensors file", "a zip archive, such as PyTorch's .pth", wanted_file,
           foreign_advice);
  }
  if (bytes.substr(0, 1) == "\x80" && bytes.size() > 8 && (bytes[1] == 2 || bytes[1] == 4)) {
    refuse(path, "not a safetensors file", "a Python pickle, such as old PyTorch files", wanted_file,
           foreign_advice);
  }
}

/// The header's text; checks its length.
std::string_view header_of(const std::filesystem::path& path, std::string_view bytes) {
  refuse_foreign(path, bytes);
  if (bytes.size() < 8) {
    refuse(path, bytes.empty() ? "the file is empty" : "the file is truncated",
           std::to_string(bytes.size()) + " bytes", "a safetensors file, 8 bytes of header length first",
           "copy or write the file again");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);  // both little-endian
  if (length > bytes.size() - 8 || length > max_header) {
    const bool whole_header = bytes.size() > 8 && bytes[8] == '{' && length <= max_header;
    refuse(path, whole_header ? "the file is truncated" : "not a safetensors file",
           "a header of " + std::to_string(length) + " bytes in a file of " + std::to_string(bytes.size()),
           "a header of at most " + std::to_string(max_header) + " bytes that ends within the file",
           whole_header
               ? "copy or write the file again"
               : "look what it is: file " + path.string() + "; a download may have got a page in its place");
  }
  const auto header = bytes.substr(8, length);
  if (header.substr(0, 1) != "{")
    refuse(path, "not a safetensors file", "a header that does not begin with {", wanted_file,
           "look what it is: file " + path.string());
  return header;
}

/// Turns the header's entries into views and checks them.
class HeaderReader {
 public:
  HeaderReader(const std::filesystem::path& path, std::string_view data) : path_{path}, data_{data} {}

  void read(std::string_view header, std::map<std::string, TensorView>& tensors,
            std::map<std::string, std::string>& metadata) {
    nlohmann::json json;
    try {
      json = parse_strict_json<nlohmann::json>(header, 8, 10'000'000);
    } catch (const std::invalid_argument& error) {
      malformed(error.what(), "strict JSON in UTF-8");
    }
    if (!json.is_object()) malformed("JSON that is no object", "an object");
    for (const auto& [name, entry] : json.items()) {
      if (name == "__metadata__") {
        read_metadata(entry, metadata);
      } else {
        tensors.emplace(name, read_tensor(name, entry));
      }
    }
    check_cover();
  }

 private:
  struct Extent {
    std::uint64_t begin, end;
    std::string name;
  };

  [[noreturn]] void malformed(const std::string& found, const std::string& expected) const {
    refuse(path_, "malformed safetensors header", found, expected, "copy or write the file again");
  }
  void read_metadata(const nlohmann::json& entry, std::map<std::string, std::string>& metadata) const {
    if (!entry.is_object()) malformed("\"__metadata__\" that is no object", "an object of strings");
    for (const auto& [key, value] : entry.items()) {
      if (!value.is_string()) malformed("metadata \"" + key + "\" that is no string", "an object of strings");
      metadata.emplace(key, value.get<std::string>());
    }
  }
  TensorView read_tensor(const std::string& name, const nlohmann::json& entry) {
    const auto what = "tensor \"" + name + "\"";
    if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
      malformed(what + " with other members", "dtype, shape and data_offsets");
    }
    TensorView view;
    view.type = read_type(what, entry["dtype"]);
    for (const auto extent : numbers(what, "shape", entry["shape"], 64)) {
      if (extent > INT64_MAX)
        malformed(what + " with an extent of " + std::to_string(extent), "a size below 2^63");
      view.shape.push_back(static_cast<std::int64_t>(extent));
    }
    const auto offsets = numbers(what, "data_offsets", entry["data_offsets"], 2);
    if (offsets.size() != 2 || offsets[0] > offsets[1])
      malformed(what + " with wrong data_offsets", "[begin, end]");
    if (offsets[1] > data_.size()) {
      refuse(path_, "the file is truncated",
             what + " ends at byte " + std::to_string(offsets[1]) + " of " + std::to_string(data_.size()) +
                 " bytes of data",
             "data for every tensor", "copy or write the file again");
    }
    const auto bytes = checked_bytes(view.type, view.shape);
    if (!bytes || *bytes != offsets[1] - offsets[0]) {
      malformed(
          what + " with " + std::to_string(offsets[1] - offsets[0]) + " bytes",
          bytes ? std::to_string(*bytes) + " by its shape and type" : "a shape whose size fits into 64 bits");
    }
    view.data = data_.data() + offsets[0];
    extents_.push_back({offsets[0], offsets[1], name});
    return view;
  }
  TensorType read_type(const std::string& what, const nlohmann::json& value) const {
    const auto type =
        value.is_string() ? tensor_type_named(value.get_ref<const std::string&>()) : std::nullopt;
    if (type) return *type;
    malformed(what + " with the type " + value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
              "BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64 or U64");
  }
  std::vector<std::uint64_t> numbers(const std::string& what, const char* key, const nlohmann::json& value,
                                     std::size_t limit) const {
    std::vector<std::uint64_t> all;
    if (!value.is_array() || value.size() > limit)
      malformed(what + " with a wrong " + key, "a list of numbers");
    for (const auto& item : value) {
      if (!item.is_number_unsigned()) malformed(what + " with a wrong " + key, "whole numbers from 0");
      all.push_back(item.get<std::uint64_t>());
    }
    return all;
  }
  /// The tensors have to cover the data exactly: what nobody names could hide anything.
  void check_cover() {
    std::sort(extents_.begin(), extents_.end(), [](const Extent& a, const Extent& b) {
      return std::pair{a.begin, a.end} < std::pair{b.begin, b.end};
    });
    std::uint64_t at = 0;
    for (const auto& extent : extents_) {
      if (extent.begin != at) {
        malformed("tensor \"" + extent.name + "\" at byte " + std::to_string(extent.begin) +
                      (extent.begin < at ? ", within another one" : ", after bytes of no tensor"),
                  "byte " + std::to_string(at));
      }
      at = extent.end;
    }
    if (at != data_.size()) {
      malformed(std::to_string(data_.size() - at) + " bytes after the last tensor", "nothing after it");
    }
  }

  const std::filesystem::path& path_;
  std::string_view data_;
  std::vector<Extent> extents_;
};

}  // namespace

struct SafetensorsFile::Impl {
  std::filesystem::path path;
  FileMapping mapping;
  std::map<std::string, TensorView> tensors;
  std::map<std::string, std::string> metadata;
};

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  auto impl = std::shared_ptr<Impl>(new Impl{path, {path, wanted_file}, {}, {}});
  const auto bytes = impl->mapping.bytes();
  const auto header = header_of(path, bytes);
  HeaderReader{path, bytes.substr(8 + header.size())}.read(header, impl->tensors, impl->metadata);
  SafetensorsFile file;
  file.impl_ = std::move(impl);
  return file;
}

const std::map<std::string, TensorView>& SafetensorsFile::tensors() const noexcept { return impl_->tensors; }
const std::map<std::string, std::string>& SafetensorsFile::metadata() const noexcept {
  return impl_->metadata;
}
const std::filesystem::path& SafetensorsFile::path() const noexcept { return impl_->path; }

}  // namespace ph
