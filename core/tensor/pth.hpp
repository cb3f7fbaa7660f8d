#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tensor/tensor_view.hpp"

namespace ph {

/// Reads the weights in a file of torch.save (.pth, .pt, .ckpt) without Python and without running
/// anything: the zip format of torch 1.6 and later, and the one of before. (Formats: torch/serialization.py
/// and caffe2/serialize/inline_container.h of torch; zip_archive.hpp and pickle.hpp have the parts.)
///
/// The weights are the dict of tensors under "state_dict", "model" or "model_state_dict", or the file's
/// outermost dict. Tensors whose elements are not in order are copied into order; the copies together are
/// at most as large as the file and 64 MB. Maps the file; views live as long as the object or a copy.
/// Throws Error(data), also for files whose weights are on the other side of a Python class.
class PthFile {
 public:
  enum class Format { zip, legacy };
  /// What `bytes`, the beginning of a file, promise; nothing for other files.
  [[nodiscard]] static bool recognizes(std::string_view bytes) noexcept;
  /// `key`: member of the outermost dict whose tensors are meant, instead of those named above.
  [[nodiscard]] static PthFile open(const std::filesystem::path& path, const std::string& key = {});

  [[nodiscard]] Format format() const noexcept;
  [[nodiscard]] const std::map<std::string, TensorView>& tensors() const noexcept;
  /// Where the weights were: "state_dict", or "" for the outermost dict.
  [[nodiscard]] const std::string& state_dict() const noexcept;
  /// Numbers and texts of the outermost dict and of its "meta": "epoch" -> "3", "meta.mmcv_version".
  [[nodiscard]] const std::map<std::string, std::string>& facts() const noexcept;
  /// What else the outermost dict holds: "optimizer", "ema_state_dict", "message_hub".
  [[nodiscard]] const std::vector<std::string>& others() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace ph
