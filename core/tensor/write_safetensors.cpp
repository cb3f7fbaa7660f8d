#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>

#include "tensor/atomic_file.hpp"
#include "tensor/safetensors.hpp"
#include "tensor/tensor_type.hpp"

namespace ph {
namespace {

constexpr std::uint64_t alignment = 64;  // of the first tensor in the file

struct Item {
  const std::string* name;
  const TensorView* view;
};

std::vector<Item> in_file_order(const std::map<std::string, TensorView>& tensors) {
  std::vector<Item> items;
  for (const auto& [name, view] : tensors) items.push_back({&name, &view});
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return bytes_of(a.view->type) > bytes_of(b.view->type);
  });
  return items;
}

std::string header_text(const std::vector<Item>& items, const std::map<std::string, std::string>& metadata,
                        std::uint64_t& data_bytes) {
  // Built by hand rather than as a document: ordered_json searches linearly, checkpoints have many names.
  const auto quoted = [](const std::string& text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  };
  std::string text = "{";
  if (!metadata.empty())
    text += "\"__metadata__\":" +
            nlohmann::json(metadata).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  data_bytes = 0;
  for (const auto& [name, view] : items) {
    assert(*name != "__metadata__" && checked_bytes(view->type, view->shape));
    const auto end = data_bytes + view->bytes();
    if (text.size() > 1) text += ',';
    text += quoted(*name) + ":{\"dtype\":\"" + name_of(view->type) +
            "\",\"shape\":" + nlohmann::json(view->shape).dump() + ",\"data_offsets\":[" +
            std::to_string(data_bytes) + "," + std::to_string(end) + "]}";
    data_bytes = end;
  }
  text += "}";
  text.resize((8 + text.size() + alignment - 1) / alignment * alignment - 8, ' ');
  return text;
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  const auto items = in_file_order(tensors);
  std::uint64_t data_bytes = 0;
  const auto header = header_text(items, metadata, data_bytes);
  const std::uint64_t length = header.size();
  AtomicFile file{path, sizeof length + length + data_bytes};
  file.write(&length, sizeof length);  // both little-endian
  file.write(header.data(), header.size());
  for (const auto& item : items) file.write(item.view->data, item.view->bytes());
  file.commit();
}

}  // namespace ph
