#include "metric/oks_evaluation.hpp"

#include "core/metric/okseval.hpp"
#include "metric/oks.hpp"
#include "support/catch.hpp"

using namespace ph;

TEST_CASE("OKS AP and AR equal pycocotools'", "[metric][golden]") {
  const std::string name = GENERATE("coco4", "fce", "mmpose_bbox_rle");
  CAPTURE(name);
  const test::OksCase one(name);
  const auto summary = evaluate_oks(one.truth, one.results, {coco_sigmas()});
  for (std::size_t i = 0; i < summary.size(); ++i) {
    CAPTURE(oks_names()[i]);
    REQUIRE_THAT(summary[i],
                 test::WithinAbs(one.expected.at("computed").at(oks_names()[i]).get<double>(), 1e-12));
  }
}
