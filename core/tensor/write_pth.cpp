#include "tensor/write_pth.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>

#include "tensor/atomic_file.hpp"
#include "tensor/tensor_type.hpp"
#include "tensor/zip_writer.hpp"

namespace ph {
namespace {

/// What torch calls the storages of a type; null where it has only the type (torch 2.3's unsigned ones).
struct TorchType {
  const char* storage;
  const char* type;
};
TorchType torch_type(TensorType type) {
  switch (type) {
    case TensorType::boolean:
      return {"BoolStorage", "bool"};
    case TensorType::u8:
      return {"ByteStorage", "uint8"};
    case TensorType::i8:
      return {"CharStorage", "int8"};
    case TensorType::i16:
      return {"ShortStorage", "int16"};
    case TensorType::u16:
      return {nullptr, "uint16"};
    case TensorType::f16:
      return {"HalfStorage", "float16"};
    case TensorType::bf16:
      return {"BFloat16Storage", "bfloat16"};
    case TensorType::i32:
      return {"IntStorage", "int32"};
    case TensorType::u32:
      return {nullptr, "uint32"};
    case TensorType::f32:
      return {"FloatStorage", "float32"};
    case TensorType::f64:
      return {"DoubleStorage", "float64"};
    case TensorType::i64:
      return {"LongStorage", "int64"};
    case TensorType::u64:
      return {nullptr, "uint64"};
  }
  return {nullptr, ""};
}

/// Writes the opcodes of protocol 2 that a dict of tensors needs (Python's pickletools.py lists them).
class PickleText {
 public:
  PickleText() : bytes_("\x80\x02") {}
  [[nodiscard]] std::string finish() { return std::move(bytes_) + '.'; }

  void mark() { bytes_ += '('; }
  void tuple() { bytes_ += 't'; }
  void empty_tuple() { bytes_ += ')'; }
  void empty_dict() { bytes_ += '}'; }
  void set_items() { bytes_ += 'u'; }
  void no() { bytes_ += '\x89'; }
  void call() { bytes_ += 'R'; }
  void persistent() { bytes_ += 'Q'; }
  void global(const std::string& module, const std::string& name) {
    bytes_ += 'c' + module + '\n' + name + '\n';
  }
  void text(const std::string& value) {
    assert(value.size() <= std::numeric_limits<std::uint32_t>::max());
    bytes_ += 'X';
    number(value.size(), 4);
    bytes_ += value;
  }
  void integer(std::int64_t value) {
    if (value >= std::numeric_limits<std::int32_t>::min() &&
        value <= std::numeric_limits<std::int32_t>::max()) {
      bytes_ += 'J';
      number(static_cast<std::uint64_t>(value), 4);
    } else {
      bytes_ += "\x8a\x08";
      number(static_cast<std::uint64_t>(value), 8);
    }
  }

 private:
  void number(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> 8 * i & 0xFF);
  }
  std::string bytes_;
};

void ordered_dict(PickleText& out) {
  out.global("collections", "OrderedDict");
  out.empty_tuple();
  out.call();
}

void numbers(PickleText& out, const std::vector<std::int64_t>& values) {
  out.mark();
  for (const auto value : values) out.integer(value);
  out.tuple();
}

std::vector<std::int64_t> strides_of(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (auto i = shape.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * std::max<std::int64_t>(1, shape[i - 1]);
  return strides;
}

// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks), v3 with the type after them.
void tensor(PickleText& out, const TensorView& view, const std::string& key) {
  const auto type = torch_type(view.type);
  out.global("torch._utils", type.storage ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
  out.mark();
  out.mark();
  out.text("storage");
  type.storage ? out.global("torch", type.storage) : out.global("torch.storage", "UntypedStorage");
  out.text(key);
  out.text("cpu");
  out.integer(static_cast<std::int64_t>(view.bytes() / (type.storage ? bytes_of(view.type) : 1)));
  out.tuple();
  out.persistent();
  out.integer(0);
  numbers(out, view.shape);
  numbers(out, strides_of(view.shape));
  out.no();
  ordered_dict(out);
  if (!type.storage) out.global("torch", type.type);
  out.tuple();
  out.call();
}

std::string pickle(const std::map<std::string, TensorView>& tensors,
                   const std::map<std::string, std::string>& meta) {
  PickleText out;
  out.empty_dict();
  out.mark();
  out.text("meta");
  out.empty_dict();
  out.mark();
  for (const auto& [key, value] : meta) {
    out.text(key);
    out.text(value);
  }
  out.set_items();
  out.text("state_dict");
  ordered_dict(out);
  out.mark();
  std::size_t key = 0;
  for (const auto& [name, view] : tensors) {
    out.text(name);
    tensor(out, view, std::to_string(key++));
  }
  out.set_items();
  out.set_items();
  return out.finish();
}

}  // namespace

void write_pth(const std::filesystem::path& path, const std::map<std::string, TensorView>& tensors,
               const std::map<std::string, std::string>& meta) {
  const auto object = pickle(tensors, meta);
  std::uint64_t bytes = object.size();
  constexpr std::uint64_t each = 256;  // headers and padding of an entry, about
  for (const auto& [name, view] : tensors) bytes += view.bytes() + each;
  AtomicFile file{path, bytes};
  ZipWriter zip{file};
  zip.add("archive/data.pkl", object);
  zip.add("archive/byteorder", "little");
  std::size_t key = 0;
  for (const auto& [name, view] : tensors) {
    zip.add("archive/data/" + std::to_string(key++), {static_cast<const char*>(view.data), view.bytes()});
  }
  zip.add("archive/version", "3\n");
  zip.finish();
  file.commit();
}

}  // namespace ph
