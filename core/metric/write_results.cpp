#include "metric/write_results.hpp"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "tensor/safetensors.hpp"

namespace ph {
namespace {

void append(std::string& text, double value) {
  std::array<char, 32> digits{};
  const auto [end, failed] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end);
}

// As doubles: what numpy's tolist() makes of single precision.
void append(std::string& text, std::span<const float> values) {
  text += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ", ";
    append(text, static_cast<double>(values[i]));
  }
  text += ']';
}

std::string quoted(const std::string& name) {
  return nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

void write_coco_results(const std::filesystem::path& file, const std::vector<ResultRow>& rows) {
  std::string text = "[";
  for (const auto& row : rows) {
    text += text.size() == 1 ? "\n" : ",\n";
    text += "{\"category_id\": " + std::to_string(row.category_id) + ", \"center\": ";
    append(text, row.prediction->center);
    if (!row.file_name.empty()) text += ", \"file_name\": " + quoted(row.file_name);
    text += ", \"image_id\": " + std::to_string(row.image_id) + ", \"keypoints\": ";
    append(text, row.prediction->keypoints);
    text += ", \"scale\": ";
    append(text, row.prediction->scale);
    text += ", \"score\": ";
    append(text, row.score);
    text += '}';
  }
  write_file_atomically(file, text + "\n]\n");
}

}  // namespace ph
