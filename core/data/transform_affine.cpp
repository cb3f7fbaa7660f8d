// TopDownAffine: cuts the crop out of the picture.
#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "data/affine.hpp"
#include "data/image_view.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct AffineArgs {
  bool use_udp = false;
  static const ArgTable<AffineArgs>& table();
};

const ArgTable<AffineArgs>& AffineArgs::table() {
  static const auto t =
      ArgTable<AffineArgs>("cuts out the crop, scaled and turned")
          .arg("use_udp", &AffineArgs::use_udp, "unbiased: sizes counted in steps between pixels");
  return t;
}

class TopDownAffine final : public Transform {
 public:
  TopDownAffine(const AffineArgs& args, const PipelineContext& context)
      : size_(context.image_size), udp_(args.use_udp) {
    if (udp_ && (size_[0] < 2 || size_[1] < 2)) {
      throw Unavailable{"use_udp", "UDP counts the steps between pixels, and image_size has one pixel",
                        "an image_size of 2 at least"};
    }
  }

  Contract contract() const override {
    // Box, centre and scale stay as facts about the crop, but nothing may change them any more.
    return {{Item::image, Item::center, Item::scale}, {Item::crop}, {Item::image, Item::box}};
  }

  bool takes_undecoded() const override { return true; }

  void apply(Sample& sample, const Draws&) const override {
    const AffineMatrix matrix = udp_ ? udp_crop_matrix(sample.center, sample.scale, sample.rotation, size_)
                                     : crop_matrix(sample.center, sample.scale, sample.rotation, size_);
    if (sample.source) fetch(sample, matrix);
    warp(sample, matrix);
    for (std::size_t k = 0; k < sample.visible.size(); ++k) {
      // mmpose moves what is not labelled along with UDP only; nothing reads it.
      if (sample.visible[k] <= 0) continue;
      const double x = sample.joints[2 * k], y = sample.joints[2 * k + 1];
      sample.joints[2 * k] = static_cast<float>(matrix[0] * x + matrix[1] * y + matrix[2]);
      sample.joints[2 * k + 1] = static_cast<float>(matrix[3] * x + matrix[4] * y + matrix[5]);
    }
  }

 private:
  // The picture, right at least where the crop looks at it.
  void fetch(Sample& sample, const AffineMatrix& matrix) const {
    // What an annotation says may be anything; no larger picture will be decoded.
    const auto side = [](std::int64_t pixels) {
      return static_cast<int>(std::min(pixels, max_image_pixels));
    };
    const int width = side(sample.instance->image_width), height = side(sample.instance->image_height);
    const Region seen = seen_region(matrix, size_, width, height);
    auto where = seen;
    if (sample.mirrored) where.x = width - seen.x - seen.width;
    sample.image = sample.source->picture(sample, where);
    sample.source = nullptr;
    if (!sample.mirrored || seen.empty()) return;
    const auto to = sample.spare_image();
    to->resize(width, height, sample.image->format);
    cv::Mat mirrored = view_of(*to)(cv::Rect(seen.x, seen.y, seen.width, seen.height));
    cv::flip(view_of(*sample.image)(cv::Rect(where.x, where.y, where.width, where.height)), mirrored, 1);
    sample.image = to;
  }

  void warp(Sample& sample, const AffineMatrix& matrix) const {
    const auto crop = sample.spare_image();
    crop->resize(static_cast<int>(size_[0]), static_cast<int>(size_[1]), sample.image->format);
    cv::Mat target = view_of(*crop);
    const cv::Mat rows(2, 3, CV_64F, const_cast<double*>(matrix.data()));
    cv::warpAffine(view_of(*sample.image), target, rows, target.size(), cv::INTER_LINEAR);
    sample.image = crop;
  }

  std::array<std::int64_t, 2> size_;
  bool udp_;
};

}  // namespace

void register_affine(TransformRegistry& registry) {
  registry.add<AffineArgs>("TopDownAffine", [](const AffineArgs& args, const PipelineContext& context) {
    return std::make_shared<TopDownAffine>(args, context);
  });
}

}  // namespace ph
