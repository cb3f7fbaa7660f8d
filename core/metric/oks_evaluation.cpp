#include "metric/oks_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "config/error.hpp"
#include "metric/oks.hpp"
#include "metric/oks_matching.hpp"
#include "metric/oks_precision.hpp"

namespace ph {
namespace {

constexpr double share_of_box = 0.53;  // area of a person within its box, by CrowdPose

Error lacks(const CocoTruth& truth, const CocoObject& object, const std::string& what,
            const std::string& advice) {
  return {ErrorKind::data, truth.name + ": annotation " + std::to_string(object.id) + ": " + what,
          "no such key", "area and bbox of every annotation", advice};
}

double area_of(const CocoTruth& truth, const CocoObject& object, bool use_area) {
  if (use_area) {
    if (object.area) return *object.area;
    throw lacks(truth, object, "\"area\" is missing", "--no-use-area takes 0.53 of the box's area");
  }
  if (!object.bbox) throw lacks(truth, object, "\"bbox\" is missing", "--use-area, if the file has areas");
  const double area = (*object.bbox)[2] * (*object.bbox)[3] * share_of_box;
  if (area <= 0 && !object.crowd && object.num_keypoints != 0) {
    throw Error(ErrorKind::data,
                truth.name + ": annotation " + std::to_string(object.id) + ": its box has no area",
                std::to_string((*object.bbox)[2]) + " x " + std::to_string((*object.bbox)[3]) + " pixels",
                "a width and a height above 0", "correct the box, or --use-area if the file has areas");
  }
  return area;
}

template <class T>
std::vector<std::uint32_t> by_category_and_image(const std::vector<T>& all) {
  std::vector<std::uint32_t> order(all.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&all](std::uint32_t a, std::uint32_t b) {
    return std::pair(all[a].category, all[a].image) < std::pair(all[b].category, all[b].image);
  });
  return order;
}

class Evaluation {
 public:
  Evaluation(const CocoTruth& truth, const CocoResults& results, const OksOptions& options)
      : truth_(truth), results_(results), oks_(options.sigmas) {
    if (options.sigmas.size() != truth.keypoints) {
      throw Error(ErrorKind::data, truth.name + ": the number of OKS sigmas does not fit",
                  std::to_string(options.sigmas.size()) + " sigmas",
                  std::to_string(truth.keypoints) + ", one per keypoint");
    }
    for (const auto& object : truth.objects) areas_.push_back(area_of(truth, object, options.use_area));
  }

  // Of all images, or of those that are `chosen`.
  OksSummary run(const std::vector<bool>* chosen = nullptr) {
    const auto objects = by_category_and_image(truth_.objects);
    const auto results = by_category_and_image(results_.results);
    auto object = objects.begin();
    auto result = results.begin();
    OksPrecision precision;
    for (std::uint32_t category = 0; category < truth_.categories.size(); ++category) {
      OksMatches matches;
      while (true) {
        const bool more_objects = object != objects.end() && truth_.objects[*object].category == category;
        const bool more_results = result != results.end() && results_.results[*result].category == category;
        if (!more_objects && !more_results) break;
        const auto image = std::min(more_objects ? truth_.objects[*object].image : UINT32_MAX,
                                    more_results ? results_.results[*result].image : UINT32_MAX);
        group_.clear();
        for (; object != objects.end() && is(truth_.objects[*object], category, image); ++object)
          add_object(*object);
        for (; result != results.end() && is(results_.results[*result], category, image); ++result)
          add_result(*result);
        if (chosen && !(*chosen)[image]) continue;
        measure();
        match_oks(group_, matches);
      }
      precision.add(matches);
    }
    return precision.summary();
  }

 private:
  template <class T>
  static bool is(const T& one, std::uint32_t category, std::uint32_t image) {
    return one.category == category && one.image == image;
  }

  void add_object(std::uint32_t index) {
    const auto& object = truth_.objects[index];
    group_.objects.push_back({index, areas_[index], object.crowd, object.crowd || object.num_keypoints == 0});
  }
  void add_result(std::uint32_t index) {
    group_.results.push_back({index, results_.results[index].score, results_.results[index].area});
  }

  // Sorts the results and fills in the similarities.
  void measure() {
    auto& results = group_.results;
    std::stable_sort(results.begin(), results.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    if (results.size() > max_results) results.resize(max_results);
    group_.similarity.resize(results.size() * group_.objects.size());
    auto* place = group_.similarity.data();
    for (const auto& result : results) {
      for (const auto& object : group_.objects) *place++ = similarity(result.index, object);
    }
  }

  double similarity(std::size_t result, const OksGroup::Object& measured) const {
    const auto& object = truth_.objects[measured.index];
    const double* predicted = &results_.points[2 * truth_.keypoints * result];
    if (object.points) {
      const auto* labels = truth_.labels_of(object);
      if (std::any_of(labels, labels + truth_.keypoints, [](auto labelled) { return labelled != 0; })) {
        return oks_.of_points(predicted, truth_.points_of(object), labels, measured.area);
      }
    }
    if (!object.bbox)
      throw lacks(truth_, object, "without labelled points it needs a \"bbox\"", "add the box");
    const auto& [x, y, width, height] = *object.bbox;
    return oks_.of_box(predicted, std::array{x - width, y - height, x + width * 2, y + height * 2},
                       measured.area);
  }

  const CocoTruth& truth_;
  const CocoResults& results_;
  Oks oks_;
  std::vector<double> areas_;
  OksGroup group_;
};

}  // namespace

OksSummary evaluate_oks(const CocoTruth& truth, const CocoResults& results, const OksOptions& options) {
  return Evaluation(truth, results, options).run();
}

CrowdSummary evaluate_crowd_oks(const CocoTruth& truth, const CocoResults& results,
                                const OksOptions& options) {
  constexpr double easy_below = 0.2, medium_below = 0.8;
  std::array<std::vector<bool>, 3> kinds;
  for (std::size_t i = 0; i < truth.images.size(); ++i) {
    const double crowd = truth.crowd_index[i];
    if (std::isnan(crowd)) {
      throw Error(ErrorKind::data,
                  truth.name + ": image " + std::to_string(truth.images[i]) + ": \"crowdIndex\" is missing",
                  "no such key", "how crowded each image is, from 0 to 1, as CrowdPose's files say",
                  "for other files, a dataset_name that is not crowdpose");
    }
    const std::size_t kind = crowd < easy_below ? 0 : crowd < medium_below ? 1 : 2;
    for (std::size_t k = 0; k < kinds.size(); ++k) kinds[k].push_back(k == kind);
  }
  Evaluation evaluation(truth, results, options);
  const auto all = evaluation.run();
  CrowdSummary summary{all[0], all[1], all[2], all[5], all[6], all[7], 0, 0, 0};
  for (std::size_t k = 0; k < kinds.size(); ++k) summary[6 + k] = evaluation.run(&kinds[k])[0];
  return summary;
}

const std::array<std::string, 9>& crowd_oks_names() {
  static const std::array<std::string, 9> names{"AP",     "AP .5", "AP .75", "AR",   "AR .5",
                                                "AR .75", "AP(E)", "AP(M)",  "AP(H)"};
  return names;
}

const std::array<std::string, 10>& oks_names() {
  static const std::array<std::string, 10> names{"AP", "AP .5", "AP .75", "AP (M)", "AP (L)",
                                                 "AR", "AR .5", "AR .75", "AR (M)", "AR (L)"};
  return names;
}

namespace {

std::string oks_line(bool precision, const char* thresholds, const char* part, double value) {
  char text[120];
  std::snprintf(text, sizeof text, " %-18s %s @[ IoU=%-9s | %s | maxDets= 20 ] = % .3f",
                precision ? "Average Precision" : "Average Recall", precision ? "(AP)" : "(AR)", thresholds,
                part, value);
  return text;
}

}  // namespace

std::vector<std::string> crowd_oks_lines(const CrowdSummary& summary) {
  constexpr std::array<const char*, 3> thresholds{"0.50:0.95", "0.50", "0.75"};
  constexpr std::array<const char*, 3> kinds{"type=  easy", "type=medium", "type=  hard"};
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const bool by_kind = i >= 6;
    lines.push_back(oks_line(i < 3 || by_kind, by_kind ? thresholds[0] : thresholds[i % 3],
                             by_kind ? kinds[i % 3] : "area=   all", summary[i]));
  }
  return lines;
}

std::vector<std::string> oks_lines(const OksSummary& summary) {
  struct Row {
    const char *thresholds, *area;
  };
  constexpr std::array<Row, 5> rows{{{"0.50:0.95", "area=   all"},
                                     {"0.50", "area=   all"},
                                     {"0.75", "area=   all"},
                                     {"0.50:0.95", "area=medium"},
                                     {"0.50:0.95", "area= large"}}};
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const auto& row = rows[i % rows.size()];
    lines.push_back(oks_line(i < rows.size(), row.thresholds, row.area, summary[i]));
  }
  return lines;
}

}  // namespace ph
