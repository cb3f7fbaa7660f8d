// Albumentation: mmpose's wrapper of the library of that name; here the two transforms that its configs use.
#include "data/dropout.hpp"
#include "data/image_view.hpp"
#include "data/transform.hpp"

namespace ph {
namespace {

struct AlbumentationArgs {
  std::vector<Node> transforms;
  std::optional<std::map<std::string, std::string>> keymap;
  static const ArgTable<AlbumentationArgs>& table();
};

const ArgTable<AlbumentationArgs>& AlbumentationArgs::table() {
  static const auto t =
      ArgTable<AlbumentationArgs>("transforms of the library albumentations")
          .required("transforms", &AlbumentationArgs::transforms, "CoarseDropout, GridDropout")
          .arg("keymap", &AlbumentationArgs::keymap, "only {\"img\": \"image\"}, the default");
  return t;
}

class Albumentation final : public Transform {
 public:
  explicit Albumentation(const AlbumentationArgs& args) {
    if (args.keymap && *args.keymap != std::map<std::string, std::string>{{"img", "image"}}) {
      throw Unavailable{"keymap", "there is only the picture to be transformed", "{\"img\": \"image\"}"};
    }
    for (const Node& node : args.transforms) {
      try {
        steps_.push_back(dropouts().make(node));
      } catch (const Unavailable& unavailable) {
        throw node.at(unavailable.key).error(unavailable.problem, unavailable.expected);
      }
    }
  }

  Contract contract() const override { return {{Item::picture}, {}, {}}; }

  void apply(Sample& sample, const Draws& draws) const override {
    Rng random = rng(sample, draws);
    const auto between = [&](std::int64_t low, std::int64_t high) {
      return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    for (const auto& step : steps_) {
      if (random.uniform() >= step->probability) continue;
      const auto to = sample.spare_image();
      *to = *sample.image;
      Dropout::blank(step->holes(to->width, to->height, between), step->fill_value, *to);
      sample.image = to;
    }
  }

 private:
  std::vector<std::shared_ptr<Dropout>> steps_;
};

}  // namespace

void Dropout::blank(const std::vector<Hole>& holes, std::uint8_t fill_value, Image& image) {
  cv::Mat picture = view_of(image);
  for (const Hole& hole : holes) {
    const auto side = [](std::int64_t from, std::int64_t to) {
      return cv::Range(static_cast<int>(from), static_cast<int>(to));
    };
    picture(side(hole.y1, hole.y2), side(hole.x1, hole.x2)) = cv::Scalar::all(fill_value);
  }
}

const DropoutRegistry& dropouts() {
  static const DropoutRegistry all = [] {
    DropoutRegistry registry("transform of Albumentation");
    register_coarse_dropout(registry);
    register_grid_dropout(registry);
    return registry;
  }();
  return all;
}

void register_albumentation(TransformRegistry& registry) {
  registry.add<AlbumentationArgs>("Albumentation", [](const AlbumentationArgs& args, const PipelineContext&) {
    return std::make_shared<Albumentation>(args);
  });
}

}  // namespace ph
