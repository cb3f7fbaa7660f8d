#pragma once
// The filler of tests/golden/weights.py (its formula), scale 1.
#include <cstdint>
#include <string_view>
#include <vector>

namespace test {

inline std::vector<float> filled(std::string_view name, std::size_t n) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    auto z = hash + (i + 1) * 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    z ^= z >> 31;
    values[i] = static_cast<float>(static_cast<double>(z >> 40) / 16777216.0 - 0.5);
  }
  return values;
}

}  // namespace test
