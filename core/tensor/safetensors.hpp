#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// Element types of the safetensors format.
enum class TensorType { boolean, u8, i8, i16, u16, f16, bf16, i32, u32, f32, f64, i64, u64 };
[[nodiscard]] std::size_t bytes_of(TensorType type) noexcept;
[[nodiscard]] const char* name_of(TensorType type) noexcept;  ///< "F32"

/// A contiguous tensor somewhere in memory, at any alignment: files of others do not always align.
struct TensorView {
  TensorType type = TensorType::f32;
  std::vector<std::int64_t> shape;
  const void* data = nullptr;
  [[nodiscard]] std::size_t bytes() const noexcept;
};

/// Reads a safetensors file (huggingface/safetensors format), checking every number in it: header at
/// most 100 MB and inside the file, offsets within bounds, without overlap or holes, sizes that match
/// shape and type. Maps the file; views live as long as the object or a copy of it, and read garbage or
/// crash if somebody shortens the file meanwhile (files that are written as below are never shortened,
/// only replaced). Throws Error(data).
class SafetensorsFile {
 public:
  [[nodiscard]] static SafetensorsFile open(const std::filesystem::path& path);
  [[nodiscard]] const std::map<std::string, TensorView>& tensors() const noexcept;
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept;
  [[nodiscard]] const std::filesystem::path& path() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

/// Writes `tensors` atomically: a temporary file beside `path`, fsync, rename, fsync of the folder.
/// Equal input gives equal bytes: tensors by falling element size, then by name (the order of
/// huggingface's writer; the format allows no gaps, so it is what aligns each tensor to its elements),
/// the first at a multiple of 64 bytes; metadata by name. On failure `path` is as it was and no
/// temporary file is left. Throws Error(environment), naming a full disk as such. Pointers and shapes
/// have to be right: that is asserted, not checked.
void write_safetensors(const std::filesystem::path& path, const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata);

/// The same care for text or bytes: used for everything in a work dir that must not be half written.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace ph
