#include "data/plugin_transform.hpp"

#include <posehost/abi_draft.h>

#include "plugin/instance.hpp"

namespace ph {
namespace {

class PluginTransform final : public Transform {
 public:
  PluginTransform(const LoadedComponent& component, const Node& args) : plugin_(component, args) {}

  Contract contract() const override { return {{Item::crop, Item::picture}, {}, {}}; }

  void meet(PixelFormat& format) override {
    if (format.floats)
      throw Unavailable{"type", "pixels are floats (to_float32); transforms of plugins take bytes",
                        "bytes, or a transform of the host"};
  }

  void apply(Sample& sample, const Draws& draws) const override {
    // The picture may be shared with the cache or be that of the crop's own maker: never written to.
    auto picture = sample.spare_image();
    *picture = *sample.image;
    Rng random = rng(sample, draws);
    ph_transform_args args{};
    args.size = sizeof args;
    args.pixels = picture->pixels.data();
    args.width = picture->width;
    args.height = picture->height;
    args.channels = picture->format.channels;
    args.row_bytes = args.width * args.channels;
    args.joints = sample.joints.data();
    args.visible = sample.visible.data();
    args.n_keypoints = static_cast<std::int64_t>(sample.visible.size());
    args.ctx = &random;
    args.uniform = [](void* ctx) noexcept { return static_cast<Rng*>(ctx)->uniform(); };
    const auto status = plugin_.api<ph_transform_api>().apply(plugin_.self(), &args);
    if (status != PH_OK) plugin_.check(status, "apply to " + sample.instance->image_file);
    sample.image = std::move(picture);
  }

 private:
  PluginInstance plugin_;
};

}  // namespace

std::shared_ptr<Transform> make_plugin_transform(const PluginCatalog& catalog, const Node& node) {
  const auto type = node.at("type");
  const auto& component = catalog.load(catalog.resolve(PH_KIND_TRANSFORM, type.string(), type));
  return std::make_shared<PluginTransform>(component, node);
}

}  // namespace ph
