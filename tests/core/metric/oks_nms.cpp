#include "metric/oks_nms.hpp"

#include "metric/oks.hpp"
#include "metric/pose_score.hpp"
#include "support/catch.hpp"
#include "support/golden.hpp"

using namespace ph;

namespace {

struct Poses {
  nlohmann::ordered_json golden = test::golden("oks.json");
  std::vector<std::vector<float>> keypoints;
  std::vector<ScoredPose> poses;

  Poses() {
    const auto& nms = golden.at("nms");
    for (const auto& row : nms.at("keypoints")) keypoints.push_back(row.get<std::vector<float>>());
    for (std::size_t i = 0; i < keypoints.size(); ++i) {
      poses.push_back({keypoints[i], nms.at("areas")[i].get<float>(), nms.at("scores")[i].get<double>()});
    }
  }
};

OksNmsOptions with(double threshold) {
  OksNmsOptions options;
  options.threshold = threshold;
  return options;
}

}  // namespace

TEST_CASE("oks_overlap equals mmpose's oks_iou, with either rule for vis_thr", "[metric][golden]") {
  const Poses made;
  const auto& nms = made.golden.at("nms");
  OksNmsOptions both, second;
  both.vis_thr = second.vis_thr = nms.at("vis_thr").get<double>();
  second.second_mask_only = true;
  std::size_t differ = 0;
  for (std::size_t i = 0; i < made.poses.size(); ++i) {
    for (std::size_t j = 0; j < made.poses.size(); ++j) {
      CAPTURE(i, j);
      const auto close = [&](const OksNmsOptions& options, const char* key) {
        const auto overlap =
            static_cast<double>(oks_overlap(made.poses[i], made.poses[j], coco_sigmas(), options));
        // Single precision in both.
        REQUIRE_THAT(overlap, test::WithinAbs(nms.at(key)[i][j].get<double>(), 1e-6));
      };
      close({}, "oks_iou");
      close(both, "oks_iou_both");
      close(second, "oks_iou_second");
      differ += nms.at("oks_iou_both")[i][j] != nms.at("oks_iou_second")[i][j] ? 1 : 0;
    }
  }
  REQUIRE(differ > 40);
}

TEST_CASE("NMS keeps what mmpose's keeps, in its order", "[metric][golden]") {
  const Poses made;
  const auto& nms = made.golden.at("nms");
  using Indices = std::vector<std::size_t>;
  for (const auto& [threshold, kept] : nms.at("oks_nms").items()) {
    CAPTURE(threshold);
    REQUIRE(oks_nms(made.poses, coco_sigmas(), with(std::stod(threshold))) == kept.get<Indices>());
  }
  for (const auto& [threshold, kept] : nms.at("soft_oks_nms").items()) {
    CAPTURE(threshold);
    REQUIRE(soft_oks_nms(made.poses, coco_sigmas(), with(std::stod(threshold))) == kept.get<Indices>());
  }
  auto four = with(0.5);
  four.max_poses = 4;
  REQUIRE(soft_oks_nms(made.poses, coco_sigmas(), four) == nms.at("soft_oks_nms_best_4").get<Indices>());
}

TEST_CASE("NMS of nothing, and of equal scores", "[metric]") {
  REQUIRE(oks_nms({}, coco_sigmas(), {}).empty());
  REQUIRE(soft_oks_nms({}, coco_sigmas(), {}).empty());
  Poses made;
  std::vector<ScoredPose> far{made.poses[0], made.poses[3], made.poses[5]};
  for (auto& pose : far) pose.score = 0.5;
  REQUIRE(oks_nms(far, coco_sigmas(), {}) == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("objects are scored as by mmpose's score_mode", "[metric][golden]") {
  const Poses made;
  const auto& scores = made.golden.at("scores");
  const auto [name, mode] =
      GENERATE(table<std::string, ScoreMode>({{"bbox", ScoreMode::bbox},
                                              {"bbox_keypoint", ScoreMode::bbox_keypoint},
                                              {"keypoint", ScoreMode::keypoint},
                                              {"bbox_rle", ScoreMode::bbox_rle}}));
  for (std::size_t i = 0; i < made.poses.size(); ++i) {
    const double score = pose_score(mode, made.poses[i].score, made.keypoints[i], 0.2);
    // mmpose takes means in single precision.
    REQUIRE_THAT(score, test::WithinAbs(scores.at(name)[i].get<double>(), 1e-6));
  }
}

TEST_CASE("an object of which no keypoint is seen scores 0", "[metric]") {
  const std::vector<float> keypoints{1, 1, 0.2F, 2, 2, 0.1F};
  REQUIRE(pose_score(ScoreMode::bbox_keypoint, 1, keypoints, 0.25) == 0);
}
