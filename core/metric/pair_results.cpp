#include "metric/pair_results.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "config/error.hpp"

namespace ph {
namespace {

constexpr std::size_t most_results = 100;  // of an image: bounds the number of pairs

bool is_asked_for(const CocoTruth& truth, const CocoObject& object) {
  if (object.crowd || object.num_keypoints == 0 || !object.points) return false;
  const auto* labels = truth.labels_of(object);
  return std::any_of(labels, labels + truth.keypoints, [](auto labelled) { return labelled != 0; });
}

Instance instance_of(const CocoTruth& truth, const CocoObject& object) {
  if (!object.bbox || (*object.bbox)[2] <= 0 || (*object.bbox)[3] <= 0) {
    throw Error(
        ErrorKind::data, truth.name + ": annotation " + std::to_string(object.id) + ": its box has no area",
        object.bbox
            ? std::to_string((*object.bbox)[2]) + " x " + std::to_string((*object.bbox)[3]) + " pixels"
            : "no \"bbox\"",
        "a width and a height above 0, by which distances are divided", "correct or remove it");
  }
  Instance instance;
  instance.image_id = truth.images[object.image];
  instance.annotation_id = object.id;
  instance.bbox = *object.bbox;
  instance.area = object.area.value_or(0);
  instance.head_size = object.head_size;
  instance.box_size = object.box_size;
  for (std::size_t i = 0; i < 2 * truth.keypoints; ++i)
    instance.joints.push_back(static_cast<float>(truth.points_of(object)[i]));
  for (std::size_t k = 0; k < truth.keypoints; ++k) instance.visible.push_back(truth.labels_of(object)[k]);
  return instance;
}

class Pairing {
 public:
  Pairing(const CocoTruth& truth, const CocoResults& results) : truth_(truth), results_(results) {
    for (const auto& object : truth.objects) {
      if (!is_asked_for(truth, object)) {
        unlabelled_.insert(object.id);
        continue;
      }
      by_id_.emplace(object.id, made_.instances.size());
      groups_[{object.category, object.image}].instances.push_back(made_.instances.size());
      objects_.push_back(&object);
      made_.instances.push_back(instance_of(truth, object));
    }
    if (made_.instances.empty()) {
      throw Error(ErrorKind::data, truth.name + ": no annotation has a labelled point",
                  std::to_string(truth.objects.size()) + " annotations", "at least one point with v > 0");
    }
    answered_.assign(made_.instances.size(), false);
  }

  PairedResults run() {
    for (std::size_t i = 0; i < results_.results.size(); ++i) {
      const auto& result = results_.results[i];
      if (result.annotation_id) {
        take_by_id(result, i);
      } else if (const auto group = groups_.find({result.category, result.image}); group != groups_.end()) {
        group->second.results.push_back(i);
      }
    }
    for (auto& [key, group] : groups_) pair(group);
    made_.unanswered = static_cast<std::size_t>(std::count(answered_.begin(), answered_.end(), false));
    return std::move(made_);
  }

 private:
  struct Group {
    std::vector<std::size_t> instances, results;
  };

  void answer(std::size_t instance, std::size_t result) {
    Prediction prediction;
    prediction.instance = instance;
    const double* points = &results_.points[2 * truth_.keypoints * result];
    for (std::size_t k = 0; k < truth_.keypoints; ++k) {
      const auto x = static_cast<float>(points[2 * k]), y = static_cast<float>(points[2 * k + 1]);
      prediction.keypoints.insert(prediction.keypoints.end(), {x, y, 1.0F});
    }
    made_.predictions.push_back(std::move(prediction));
    answered_[instance] = true;
  }

  void take_by_id(const CocoResult& result, std::size_t index) {
    const auto fail = [&](const std::string& problem) {
      return Error(ErrorKind::data, results_.name + ": result no. " + std::to_string(index) + ": " + problem,
                   "\"annotation_id\": " + std::to_string(*result.annotation_id),
                   "the id of an annotation of its image, each once, or no annotation_id in any result");
    };
    const auto found = by_id_.find(*result.annotation_id);
    if (found == by_id_.end()) {
      if (unlabelled_.contains(*result.annotation_id)) return;  // nothing to compare
      throw fail("its annotation does not exist in " + truth_.name);
    }
    if (objects_[found->second]->image != result.image) throw fail("its annotation is of another image");
    if (answered_[found->second]) throw fail("a second result for its annotation");
    answer(found->second, index);
    ++made_.by_id;
  }

  void pair(Group& group) {
    auto& best = group.results;
    std::stable_sort(best.begin(), best.end(), [this](auto a, auto b) {
      return results_.results[a].score > results_.results[b].score;
    });
    if (best.size() > most_results) best.resize(most_results);
    std::vector<std::tuple<double, std::size_t, std::size_t>> pairs;  // distance, result's rank, instance
    for (std::size_t rank = 0; rank < best.size(); ++rank) {
      for (const auto instance : group.instances)
        pairs.emplace_back(distance(best[rank], instance), rank, instance);
    }
    std::sort(pairs.begin(), pairs.end());
    std::vector<bool> used(best.size(), false);
    for (const auto& [distance, rank, instance] : pairs) {
      if (used[rank] || answered_[instance]) continue;
      used[rank] = true;
      answer(instance, best[rank]);
      ++made_.by_place;
    }
  }

  double distance(std::size_t result, std::size_t instance) const {
    const auto& object = *objects_[instance];
    const double *predicted = &results_.points[2 * truth_.keypoints * result],
                 *truth = truth_.points_of(object);
    const auto* labels = truth_.labels_of(object);
    double sum = 0, count = 0;
    for (std::size_t k = 0; k < truth_.keypoints; ++k) {
      if (!labels[k]) continue;
      sum += std::hypot(predicted[2 * k] - truth[2 * k], predicted[2 * k + 1] - truth[2 * k + 1]);
      count += 1;
    }
    return sum / count / std::max((*object.bbox)[2], (*object.bbox)[3]);
  }

  const CocoTruth& truth_;
  const CocoResults& results_;
  PairedResults made_;
  std::vector<const CocoObject*> objects_;  // of made_.instances
  std::unordered_map<std::int64_t, std::size_t> by_id_;
  std::unordered_set<std::int64_t> unlabelled_;  // and crowds
  std::map<std::pair<std::uint32_t, std::uint32_t>, Group> groups_;
  std::vector<bool> answered_;
};

}  // namespace

PairedResults pair_results(const CocoTruth& truth, const CocoResults& results) {
  return Pairing(truth, results).run();
}

}  // namespace ph
