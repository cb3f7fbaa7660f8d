#pragma once
#include <string>
#include <utility>
#include <vector>

namespace ph {

/// Keypoints that a mirror exchanges, guessed from their names: left and right (also 左 and 右) anywhere in a name, l and r where they
/// stand as a word of their own (l_ear, ear_R, ear.L, front-l-paw) or begin or end one in camel case (LEar, earR).
struct FlipGuess {
  std::vector<std::pair<int, int>> pairs;  ///< by rising first number
  /// Names that have a side and no partner: a mirrored picture would have them on the wrong side.
  std::vector<std::string> single;
};
[[nodiscard]] FlipGuess guess_flip_pairs(const std::vector<std::string>& names);

}  // namespace ph
