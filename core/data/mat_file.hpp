#pragma once
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ph {

/// An array of numbers out of a Matlab file: the first index runs fastest.
struct MatArray {
  std::vector<std::size_t> size;
  std::vector<double> values;
};

/// The numeric variable `name` of a Matlab file of version 5 to 7.2 (what scipy.io.savemat writes), little-endian; nothing when the
/// file has none of that name. Structures, cells and texts are passed over. Throws Error(data): not such a file, damaged, or larger
/// than 256 MiB when unpacked.
[[nodiscard]] std::optional<MatArray> read_mat_array(const std::filesystem::path& file,
                                                     const std::string& name);
/// The same from bytes; `file` stands for the file in messages.
[[nodiscard]] std::optional<MatArray> parse_mat_array(std::string_view bytes, const std::string& file,
                                                      const std::string& name);

}  // namespace ph
