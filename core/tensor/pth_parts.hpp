#pragma once
#include <filesystem>
#include <string_view>
#include <vector>

#include "tensor/pickle.hpp"

namespace ph {

/// What a file of torch.save consists of, whichever its format.
struct PthParts {
  Pickle pickle;
  std::vector<std::string_view> storage_bytes;  ///< of each of pickle.storages, whole, size checked
};

/// torch 1.6 and later: a zip archive with NAME/data.pkl, NAME/byteorder and NAME/data/KEY.
[[nodiscard]] PthParts read_pth_zip(const std::filesystem::path& path, std::string_view bytes);

/// Before: pickles of a magic number, of the version, of the machine, of the object and of the storages'
/// keys; then each storage as 8 bytes of its length and its elements.
[[nodiscard]] PthParts read_pth_legacy(const std::filesystem::path& path, std::string_view bytes);

/// How every legacy file begins: the pickle of its magic number.
inline constexpr std::string_view pth_legacy_begin{"\x80\x02\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19.", 15};

/// Throws Error(data) unless `bytes` is as long as `storage` says.
void check_storage(const std::filesystem::path& path, const PickleStorage& storage, std::string_view bytes);

}  // namespace ph
