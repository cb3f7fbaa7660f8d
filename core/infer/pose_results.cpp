#include "infer/pose_results.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "metric/write_results.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace {

// Text in a CSV field: quoted where it has to be (RFC 4180).
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

// The shortest text that reads back to the same float.
void append(std::string& text, float value) {
  std::array<char, 32> digits{};
  const auto [end, failed] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end);
}

std::string row_name(const FoundPose& pose, bool by_frame) {
  return by_frame ? std::to_string(pose.image_id) : field(pose.name);
}

// "ind1", "ind2", … as DeepLabCut calls animals that nobody told apart.
std::string individual(std::size_t number) { return "ind" + std::to_string(number + 1); }

std::string header(const std::vector<std::string>& keypoints, const std::string& scorer,
                   std::size_t individuals) {
  constexpr std::array<const char*, 3> coords{"x", "y", "likelihood"};
  std::string scorers = "scorer", animals = "individuals", parts = "bodyparts", kinds = "coords";
  for (std::size_t i = 0; i < individuals; ++i) {
    for (const auto& keypoint : keypoints) {
      for (const auto* coord : coords) {
        scorers += ',' + field(scorer);
        animals += ',' + individual(i);
        parts += ',' + field(keypoint);
        kinds += std::string(",") + coord;
      }
    }
  }
  return scorers + '\n' + (individuals > 1 ? animals + '\n' : "") + parts + '\n' + kinds + '\n';
}

}  // namespace

void write_pose_json(const std::filesystem::path& file, const std::vector<FoundPose>& poses) {
  std::vector<ResultRow> rows;
  for (const auto& pose : poses) rows.push_back({pose.image_id, 1, &pose.prediction, pose.score, pose.name});
  write_coco_results(file, rows);
}

void write_pose_csv(const std::filesystem::path& file, const std::vector<FoundPose>& poses,
                    const std::vector<std::string>& keypoints, const std::string& scorer, bool by_frame) {
  std::size_t individuals = 1;
  for (const auto& pose : poses)
    individuals = std::max(individuals, static_cast<std::size_t>(pose.object) + 1);
  auto text = header(keypoints, scorer, individuals);
  const auto columns = 3 * keypoints.size();
  for (std::size_t first = 0; first < poses.size();) {
    auto last = first;
    while (last < poses.size() && row_name(poses[last], by_frame) == row_name(poses[first], by_frame)) ++last;
    text += row_name(poses[first], by_frame);
    for (std::size_t i = 0; i < individuals; ++i) {
      const bool there = first + i < last;
      for (std::size_t c = 0; c < columns; ++c) {
        text += ',';
        if (there) append(text, poses[first + i].prediction.keypoints[c]);
      }
    }
    text += '\n';
    first = last;
  }
  write_file_atomically(file, text);
}

}  // namespace ph
