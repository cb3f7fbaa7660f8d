#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tensor/tensor_view.hpp"

namespace ph {

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
