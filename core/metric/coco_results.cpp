#include "metric/coco_results.hpp"

#include <algorithm>

#include "metric/json_cursor.hpp"

namespace ph {
namespace {

constexpr const char* format = "a list of {\"image_id\", \"category_id\", \"keypoints\", \"score\"}";

class ResultsReader {
 public:
  ResultsReader(std::string_view text, const std::string& name, const CocoTruth& truth,
                const ReadResultsOptions& options)
      : in_(text, name), truth_(truth), options_(options) {
    made_.name = name;
  }

  CocoResults read() {
    if (in_.type() != JsonCursor::Type::array) {
      throw in_.error("results are not a list", format,
                      "--dt takes the list alone, without an object around it");
    }
    in_.begin_array();
    std::size_t index = 0;
    for (; in_.next_element(); ++index) {
      in_.begin_entry("result", index);
      read_one(index == 0);
    }
    in_.end_entry();
    in_.finish();
    if (index == 0) {
      throw Error(ErrorKind::data, made_.name + ": there are no results", "[]", format,
                  "look whether the network found anything: AP of nothing is not defined");
    }
    return std::move(made_);
  }

 private:
  struct Fields {
    std::optional<std::int64_t> image, category;
    std::optional<double> score;
    std::size_t numbers = 0;
  };

  void read_one(bool first) {
    const auto wanted = 3 * truth_.keypoints;
    CocoResult result;
    Fields fields;
    box_.clear();
    numbers_.clear();
    if (in_.type() != JsonCursor::Type::object) throw in_.error("not an object", format);
    in_.begin_object();
    for (std::string_view key; in_.next_member(key);) {
      if (key == "keypoints") {
        numbers_.clear();
        fields.numbers = in_.numbers(numbers_, wanted);
      } else if (key == "image_id") {
        fields.image = in_.integer();
      } else if (key == "score") {
        if (in_.type() != JsonCursor::Type::number)
          throw in_.error("\"score\" is no number", "a finite number");
        fields.score = in_.number();
      } else if (key == "category_id") {
        fields.category = in_.integer();
      } else if (key == "annotation_id") {
        result.annotation_id = in_.integer();
      } else if (key == "bbox" && in_.type() == JsonCursor::Type::array) {
        box_.clear();
        in_.numbers(box_, 4);
      } else {
        in_.skip();
      }
    }
    check(fields, wanted);
    if (first) by_box_ = !box_.empty();
    if (by_box_ && box_.size() != 4) {
      throw Error(ErrorKind::data, in_.where() + ": \"bbox\" is missing or has not four numbers",
                  std::to_string(box_.size()) + " numbers", "[x, y, width, height], as in the first result");
    }
    if (find_owners(result, fields)) add(result, fields);
  }

  void check(const Fields& fields, std::size_t wanted) const {
    const auto missing = [this](const char* key) {
      return Error(ErrorKind::data, in_.where() + ": \"" + key + "\" is missing", "no such key", format,
                   "annotations go to --gt; results are what `posehost test --out` writes");
    };
    if (!fields.image) throw missing("image_id");
    if (!fields.score) throw missing("score");
    if (fields.numbers == 0) throw missing("keypoints");
    if (fields.numbers != wanted) {
      throw Error(ErrorKind::data, in_.where() + ": the number of keypoints does not fit",
                  std::to_string(fields.numbers) + " numbers",
                  std::to_string(wanted) + ": x, y, score of the " + std::to_string(truth_.keypoints) +
                      " keypoints of " + truth_.name,
                  "results of another data set, or another --gt");
    }
  }

  // False when the result is to be left out.
  bool find_owners(CocoResult& result, const Fields& fields) {
    const auto unknown = [this](const char* what, std::int64_t id) {
      return Error(ErrorKind::data, in_.where() + ": " + what + " does not exist in " + truth_.name,
                   std::to_string(id), "results for this annotation file",
                   "another --gt, or --skip-unknown to leave such results out");
    };
    const auto image = truth_.image(*fields.image);
    const auto category = truth_.category(fields.category.value_or(truth_.main_category().id));
    if (!image || !category) {
      if (!options_.skip_unknown) {
        throw image ? unknown("its category", *fields.category) : unknown("its image", *fields.image);
      }
      ++made_.skipped;
      return false;
    }
    result.image = *image;
    result.category = *category;
    return true;
  }

  void add(CocoResult& result, const Fields& fields) {
    result.score = *fields.score;
    const auto first = made_.points.size();
    for (std::size_t i = 0; i < numbers_.size(); i += 3) {
      made_.points.insert(made_.points.end(), {numbers_[i], numbers_[i + 1]});
    }
    result.area = by_box_ ? box_[2] * box_[3] : extent_of(&made_.points[first], truth_.spanning);
    made_.results.push_back(result);
  }

  JsonCursor in_;
  const CocoTruth& truth_;
  ReadResultsOptions options_;
  CocoResults made_;
  std::vector<double> box_, numbers_;  // of the result being read
  bool by_box_ = false;
};

}  // namespace

double extent_of(const double* points, std::size_t count) {
  if (count == 0) return 0;
  double left = points[0], right = left, top = points[1], bottom = top;
  for (std::size_t k = 1; k < count; ++k) {
    left = std::min(left, points[2 * k]);
    right = std::max(right, points[2 * k]);
    top = std::min(top, points[2 * k + 1]);
    bottom = std::max(bottom, points[2 * k + 1]);
  }
  return (right - left) * (bottom - top);
}

CocoResults parse_coco_results(std::string_view text, const std::string& name, const CocoTruth& truth,
                               const ReadResultsOptions& options) {
  return ResultsReader(text, name, truth, options).read();
}

CocoResults read_coco_results(const std::filesystem::path& file, const CocoTruth& truth,
                              const ReadResultsOptions& options) {
  const auto text = read_data_file(file, "a COCO result file (JSON)");
  return parse_coco_results(text, file.string(), truth, options);
}

}  // namespace ph
