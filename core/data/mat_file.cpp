#include "data/mat_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "config/error.hpp"
#include "tensor/file_mapping.hpp"

namespace ph {
namespace {

constexpr std::size_t header_bytes = 128, max_bytes = std::size_t{1} << 28;

// Kinds of elements; MathWorks, "MAT-File Format", table 1-1.
enum Kind : std::uint32_t {
  int8 = 1,
  uint8 = 2,
  int16 = 3,
  uint16 = 4,
  int32 = 5,
  uint32 = 6,
  single = 7,
  real = 9,
  int64 = 12,
  uint64 = 13,
  matrix = 14,
  compressed = 15,
};

struct Damaged {
  std::string what;
};

struct Bytes {
  const std::uint8_t* data = nullptr;
  std::size_t size = 0;

  template <class T>
  [[nodiscard]] T number(std::size_t at) const {
    if (at > size || size - at < sizeof(T)) throw Damaged{"it ends within a number"};
    T value;
    std::memcpy(&value, data + at, sizeof value);
    return value;
  }
};

struct Element {
  std::uint32_t kind = 0;
  Bytes bytes;
};

// Takes the next element off the front of `from`.
Element next(Bytes& from) {
  const auto tag = from.number<std::uint32_t>(0);
  Element element;
  std::size_t start = 8, size = 0;
  if (tag >> 16) {  // a short one: size and up to four bytes in the tag itself
    element.kind = tag & 0xFFFF;
    size = tag >> 16;
    start = 4;
    if (size > 4) throw Damaged{"a short element is longer than four bytes"};
  } else {
    element.kind = tag;
    size = from.number<std::uint32_t>(4);
  }
  if (start > from.size || from.size - start < size) throw Damaged{"an element is longer than the file"};
  element.bytes = {from.data + start, size};
  std::size_t used = start == 4 ? 8 : start + size;
  if (element.kind != compressed) used = (used + 7) / 8 * 8;
  used = std::min(used, from.size);
  from = {from.data + used, from.size - used};
  return element;
}

// Whole streams only, of at most max_bytes.
std::vector<std::uint8_t> unpacked(const Bytes& from) {
  std::vector<std::uint8_t> out;
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) throw Damaged{"zlib does not start"};
  stream.next_in = const_cast<std::uint8_t*>(from.data);
  stream.avail_in = static_cast<uInt>(from.size);
  int state = Z_OK;
  while (state == Z_OK && out.size() < max_bytes) {
    constexpr std::size_t step = std::size_t{1} << 16;
    out.resize(out.size() + step);
    stream.next_out = out.data() + out.size() - step;
    stream.avail_out = step;
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (state == Z_OK) throw Damaged{"it unpacks to more than 256 MiB"};
  if (state != Z_STREAM_END) throw Damaged{"a compressed element does not unpack"};
  return out;
}

template <class T>
void append(const Bytes& from, std::vector<double>& values) {
  for (std::size_t at = 0; at + sizeof(T) <= from.size; at += sizeof(T))
    values.push_back(static_cast<double>(from.number<T>(at)));
}

std::vector<double> numbers(const Element& element) {
  std::vector<double> values;
  switch (element.kind) {
    case int8:
      append<std::int8_t>(element.bytes, values);
      break;
    case uint8:
      append<std::uint8_t>(element.bytes, values);
      break;
    case int16:
      append<std::int16_t>(element.bytes, values);
      break;
    case uint16:
      append<std::uint16_t>(element.bytes, values);
      break;
    case int32:
      append<std::int32_t>(element.bytes, values);
      break;
    case uint32:
      append<std::uint32_t>(element.bytes, values);
      break;
    case single:
      append<float>(element.bytes, values);
      break;
    case real:
      append<double>(element.bytes, values);
      break;
    case int64:
      append<std::int64_t>(element.bytes, values);
      break;
    case uint64:
      append<std::uint64_t>(element.bytes, values);
      break;
    default:
      throw Damaged{"an array's numbers are of an unknown kind"};
  }
  return values;
}

// The array when it is called `name` and numeric.
std::optional<MatArray> read_matrix(Bytes bytes, const std::string& name) {
  constexpr std::uint32_t first_numeric = 6, last_numeric = 15;  // classes: double to uint64
  if (bytes.size == 0) return std::nullopt;
  const auto flags = next(bytes);
  const auto array_class = flags.bytes.number<std::uint32_t>(0) & 0xFF;
  const auto dimensions = numbers(next(bytes));
  const auto title = next(bytes);
  if (std::string(reinterpret_cast<const char*>(title.bytes.data), title.bytes.size) != name)
    return std::nullopt;
  if (array_class < first_numeric || array_class > last_numeric)
    throw Damaged{"\"" + name + "\" is no array of numbers"};
  MatArray array;
  double count = 1;
  for (const double side : dimensions) {
    if (side < 0) throw Damaged{"a size is negative"};
    array.size.push_back(static_cast<std::size_t>(side));
    count *= side;
  }
  array.values = numbers(next(bytes));
  if (count != static_cast<double>(array.values.size()))
    throw Damaged{"an array is not as long as its sizes say"};
  return array;
}

std::optional<MatArray> find(Bytes bytes, const std::string& name) {
  if (bytes.size < header_bytes || bytes.number<std::uint16_t>(124) != 0x0100 ||
      bytes.number<std::uint16_t>(126) != 0x4D49)
    throw Damaged{"no header of a little-endian Matlab file of version 5"};
  bytes = {bytes.data + header_bytes, bytes.size - header_bytes};
  while (bytes.size >= 8) {
    auto element = next(bytes);
    std::vector<std::uint8_t> memory;
    if (element.kind == compressed) {
      memory = unpacked(element.bytes);
      Bytes inner{memory.data(), memory.size()};
      element = next(inner);
    }
    if (element.kind != matrix) continue;
    if (auto array = read_matrix(element.bytes, name)) return array;
  }
  return std::nullopt;
}

}  // namespace

std::optional<MatArray> parse_mat_array(std::string_view bytes, const std::string& file,
                                        const std::string& name) {
  try {
    return find({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, name);
  } catch (const Damaged& damaged) {
    throw Error(ErrorKind::data, file + ": not a Matlab file that can be read", damaged.what,
                "version 5 to 7.2, not 7.3 (which is HDF5)", "write it again with scipy.io.savemat");
  }
}

std::optional<MatArray> read_mat_array(const std::filesystem::path& file, const std::string& name) {
  return parse_mat_array(FileMapping(file, "a Matlab file").bytes(), file.string(), name);
}

}  // namespace ph
