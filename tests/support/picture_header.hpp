#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace test {

/// The first bytes of a PNG of that size: what is read where only sizes are wanted.
inline std::string png_header(std::uint32_t width, std::uint32_t height) {
  std::string bytes("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16);
  for (const auto value : {width, height}) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  }
  return bytes + std::string("\x08\x02\0\0\0", 5);
}

/// Makes `root`/`name` with its folders.
inline void put(const std::filesystem::path& root, const std::string& name, const std::string& content) {
  std::filesystem::create_directories((root / name).parent_path());
  std::ofstream(root / name, std::ios::binary) << content;
}

}  // namespace test
