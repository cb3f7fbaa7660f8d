#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "metric/evaluate_files.hpp"
#include "metric/json_cursor.hpp"
#include "metric/oks.hpp"

namespace ph {
namespace {

std::vector<double> sigmas_of_text(const std::string& text) {
  std::vector<double> sigmas;
  const char *at = text.data(), *end = at + text.size();
  while (at < end) {
    double value = 0;
    const auto [stop, failed] = std::from_chars(at, end, value);
    if (failed != std::errc() || (stop != end && *stop != ',')) return {};
    sigmas.push_back(value);
    at = stop == end ? end : stop + 1;
  }
  return sigmas;
}

// A list, or an object with a list "sigmas" at the top or in "dataset_info".
std::vector<double> sigmas_of_file(const std::string& file) {
  const auto text = read_data_file(file, "OKS sigmas: 0.026,0.025,… or a JSON file with them");
  JsonCursor in(text, file);
  std::vector<double> sigmas;
  constexpr std::size_t limit = 1U << 20;
  const auto read_object = [&](auto& self) -> void {
    in.begin_object();
    for (std::string_view key; in.next_member(key);) {
      if (key == "sigmas" && in.type() == JsonCursor::Type::array) {
        sigmas.clear();
        in.numbers(sigmas, limit);
      } else if (key == "dataset_info" && in.type() == JsonCursor::Type::object) {
        self(self);
      } else {
        in.skip();
      }
    }
  };
  if (in.type() == JsonCursor::Type::array) {
    in.numbers(sigmas, limit);
  } else {
    read_object(read_object);
  }
  in.finish();
  return sigmas;
}

}  // namespace

ChosenSigmas choose_sigmas(const std::string& given, const std::vector<double>& of_file,
                           const std::vector<std::string>& keypoints, std::size_t count) {
  ChosenSigmas chosen;
  const auto number = std::to_string(count);
  if (!given.empty()) {
    chosen.sigmas = sigmas_of_text(given);
    if (chosen.sigmas.empty()) chosen.sigmas = sigmas_of_file(given);
  } else if (!of_file.empty()) {
    chosen.sigmas = of_file;
  } else if (count == coco_sigmas().size()) {
    auto assumed = assume_sigmas(keypoints, count);
    chosen = {std::move(assumed.sigmas), std::move(assumed.said)};
  } else {
    throw Error(ErrorKind::usage, "OKS needs a sigma for each keypoint, how far annotators differ there",
                "none for " + number + " keypoints",
                "--sigmas with " + number + " numbers, or \"sigmas\" in the annotation file's category",
                "COCO's lie from 0.025 (eye) to 0.107 (hip); without knowing, give all keypoints the same "
                "and compare only with your own runs");
  }
  if (chosen.sigmas.size() != count) {
    throw Error(ErrorKind::usage,
                (given.empty() ? "the category's sigmas" : "--sigmas " + given) + ": wrong count",
                std::to_string(chosen.sigmas.size()) + " numbers", number + ", one per keypoint");
  }
  for (const double sigma : chosen.sigmas) {
    if (std::isfinite(sigma) && sigma > 0) continue;
    throw Error(ErrorKind::usage, "an OKS sigma is out of range", std::to_string(sigma), "above 0");
  }
  return chosen;
}

}  // namespace ph
