#pragma once
// A transform with what it works on: an image of 64 x 48 with a nose, two eyes and a chin.
#include <memory>

#include "core/data/coco_fixture.hpp"
#include "data/transform.hpp"

namespace test {

struct Bench {
  ph::DatasetInfo info;
  ph::Compat compat = ph::default_compat();
  ph::PipelineContext context;
  ph::Instance instance;
  ph::Sample sample;

  Bench() {
    info.keypoints = {"nose", "left_eye", "right_eye", "chin"};
    info.flip_pairs = {{1, 2}};
    info.upper_body = {0, 1, 2};
    info.joint_weights = {1, 2, 3, 4};
    context = {&info, &compat, {32, 32}, {8, 8}, false, nullptr};
    instance.bbox = {8, 6, 40, 30};
    reset();
  }
  void reset(std::int64_t index = 0) {
    sample.index = index;
    sample.instance = &instance;
    sample.image = std::make_shared<ph::Image>(pattern(64, 48));
    sample.joints = {20, 20, 30, 12, 12, 14, 21, 30};
    sample.visible = {1, 1, 1, 0};
    sample.center = {28, 21};
    sample.scale = {0.25F, 0.25F};
    sample.rotation = 0;
  }
  [[nodiscard]] std::shared_ptr<ph::Transform> make(const char* json) const {
    return ph::transforms().make(ph::Node::parse(json, "test.json"), context);
  }
};

}  // namespace test
