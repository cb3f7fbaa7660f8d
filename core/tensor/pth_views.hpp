#pragma once
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tensor/pth_parts.hpp"

namespace ph {

/// Turns tensors of a pickle into views: checks that they lie within their storages, and copies those
/// whose elements are not in order. The copies live as long as this object. Throws Error(data).
class PthViews {
 public:
  /// `limit`: bytes that all copies together may have.
  PthViews(std::filesystem::path path, std::uint64_t limit) : path_{std::move(path)}, left_{limit} {}
  [[nodiscard]] TensorView view(const PthParts& parts, const PickleTensor& tensor, const std::string& name);

 private:
  const void* copy(const char* data, const PickleTensor& tensor, std::uint64_t bytes,
                   const std::string& name);
  std::filesystem::path path_;
  std::uint64_t left_;
  std::vector<std::unique_ptr<std::byte[]>> copies_;
};

}  // namespace ph
