#include "tensor/pth_views.hpp"

#include <cstring>

#include "tensor/file_mapping.hpp"
#include "tensor/tensor_type.hpp"

namespace ph {
namespace {

/// Index of the last element, from the first of the storage; nothing beyond 64 bits. Not for empty tensors.
bool last_element(const PickleTensor& tensor, std::uint64_t& last) {
  last = tensor.offset;
  for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
    std::uint64_t step = 0;
    if (__builtin_mul_overflow(static_cast<std::uint64_t>(tensor.shape[i] - 1),
                               static_cast<std::uint64_t>(tensor.strides[i]), &step) ||
        __builtin_add_overflow(last, step, &last)) {
      return false;
    }
  }
  return true;
}

bool in_order(const PickleTensor& tensor) {
  std::int64_t expected = 1;
  for (auto i = tensor.shape.size(); i-- > 0;) {
    if (tensor.shape[i] != 1 && tensor.strides[i] != expected) return false;
    expected *= tensor.shape[i];
  }
  return true;
}

}  // namespace

TensorView PthViews::view(const PthParts& parts, const PickleTensor& tensor, const std::string& name) {
  const auto bad = [&](const std::string& found) {
    refuse_file(path_, "the file is damaged", "tensor \"" + name + "\" " + found,
                "tensors within their storages", "copy or download the file again");
  };
  const auto bytes = checked_bytes(tensor.type, tensor.shape);
  if (!bytes) bad("with a shape beyond 64 bits");
  TensorView view{tensor.type, tensor.shape, nullptr};
  if (*bytes == 0) return view;
  const auto& storage = parts.pickle.storages[tensor.storage];
  const auto size = bytes_of(tensor.type), unit = bytes_of(storage.type);
  const auto data =
      parts.storage_bytes[tensor.storage].substr(storage.view_begin * unit, storage.view_size * unit);
  std::uint64_t last = 0;
  if (!last_element(tensor, last) || last >= data.size() / size) {
    bad("that reaches beyond the " + std::to_string(data.size() / size) + " elements of its storage");
  }
  const auto* first = data.data() + tensor.offset * size;
  view.data = in_order(tensor) ? first : copy(first, tensor, *bytes, name);
  return view;
}

const void* PthViews::copy(const char* data, const PickleTensor& tensor, std::uint64_t bytes,
                           const std::string& name) {
  if (bytes > left_) {
    refuse_file(path_, "tensors far larger than the file",
                "tensor \"" + name + "\" repeats few numbers over " + std::to_string(bytes) + " bytes",
                "tensors about as large as the file", "in Python: tensor.contiguous() before torch.save");
  }
  left_ -= bytes;
  copies_.push_back(std::make_unique_for_overwrite<std::byte[]>(bytes));
  auto* out = copies_.back().get();
  const auto size = bytes_of(tensor.type);
  // Counts like an odometer, the last dimension fastest.
  std::vector<std::int64_t> index(tensor.shape.size(), 0);
  std::uint64_t from = 0;
  for (auto* end = out + bytes; out != end; out += size) {
    std::memcpy(out, data + from * size, size);
    for (auto i = index.size(); i-- > 0;) {
      from += static_cast<std::uint64_t>(tensor.strides[i]);
      if (++index[i] < tensor.shape[i]) break;
      from -= static_cast<std::uint64_t>(index[i]) * static_cast<std::uint64_t>(tensor.strides[i]);
      index[i] = 0;
    }
  }
  return copies_.back().get();
}

}  // namespace ph
