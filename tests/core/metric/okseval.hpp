#pragma once
// The cases of tests/core/metric/okseval: ground truth, results and the numbers of pycocotools.
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "metric/coco_results.hpp"
#include "metric/coco_truth.hpp"

namespace test {

inline std::string okseval(const std::string& name) {
  return std::string(POSEHOST_TEST_DIR "/core/metric/okseval/") + name;
}

struct OksCase {
  explicit OksCase(const std::string& name)
      : truth(ph::read_coco_truth(okseval(name + "/gt.json"))),
        results(ph::read_coco_results(okseval(name + "/dt.json"), truth)) {
    std::ifstream in(okseval(name + "/expected.json"));
    expected = nlohmann::ordered_json::parse(in);
  }
  ph::CocoTruth truth;
  ph::CocoResults results;
  nlohmann::ordered_json expected;
};

}  // namespace test
