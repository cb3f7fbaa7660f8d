// COCO's files for `posehost evaluate`: up to a byte 0 the annotations, after it the results.
#include <cmath>

#include "metric/coco_results.hpp"
#include "metric/coco_truth.hpp"
#include "open_file.hpp"

namespace {

void judge(std::string_view annotations, std::string_view results) {
  const auto truth = ph::parse_coco_truth(annotations, "truth.json");
  for (const auto& object : truth.objects) {
    fuzz::must(object.image < truth.images.size() && object.category < truth.categories.size(),
               "an object belongs to an image and a category");
    if (object.points) (void)truth.points_of(object)[2 * truth.keypoints - 1];
  }
  const auto found = ph::parse_coco_results(results, "results.json", truth, {true});
  fuzz::must(found.points.size() == 2 * truth.keypoints * found.results.size(),
             "every result has its points");
  for (const auto& one : found.results) fuzz::must(std::isfinite(one.score), "a score is a number");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto end = std::min(text.find('\0'), text.size());
  try {
    judge(text.substr(0, end), text.substr(std::min(end + 1, text.size())));
  } catch (const ph::Error& error) {
    fuzz::must(error.kind() == ph::ErrorKind::data, "a bad file is the data's fault");
  }
  return 0;
}
