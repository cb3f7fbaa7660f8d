#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/target_codec.hpp"
#include "config/registry.hpp"
#include "data/compat.hpp"
#include "data/dataset_info.hpp"
#include "data/rng.hpp"
#include "data/sample.hpp"

namespace ph {

class ImageCache;
class PluginCatalog;

/// What transforms know about the data set they work for; outlives them.
struct PipelineContext {
  const DatasetInfo* info = nullptr;
  const Compat* compat = nullptr;
  std::array<std::int64_t, 2> image_size{}, heatmap_size{};  ///< width, height of crop and target
  bool use_different_joint_weights = false;
  ImageCache* cache = nullptr;  ///< decoded images; null: none are kept
  const PluginCatalog* plugins =
      nullptr;  ///< where transforms that are not the host's are looked for; null: nowhere
};

/// Things that transforms hand to each other. A pipeline is checked by them before it runs.
enum class Item {
  box,      ///< the annotated box; every data set gives it
  image,    ///< the whole picture
  picture,  ///< one that may be changed: the whole image, or the crop until it becomes a tensor
  center,   ///< where to cut the crop
  scale,    ///< how large
  crop,     ///< picture and keypoints of the crop
  tensor,   ///< the crop as floats, channels first
  target,   ///< what the network should give
};

/// A transform's place in a pipeline.
struct Contract {
  std::vector<Item> needs, makes, drops;
};

/// The keys of random numbers that a transform may draw from.
struct Draws {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0;
};

/// Thrown by a transform's maker for an argument that is right in itself but not to be had; the pipeline
/// turns it into an Error(config) with the argument's place.
struct Unavailable {
  std::string key, problem, expected;
};

/// One step of a pipeline. Const and safe from any thread; its state of work is the sample.
class Transform {
 public:
  virtual ~Transform() = default;
  [[nodiscard]] virtual Contract contract() const = 0;
  /// Changes `sample`. Throws Error(data) naming the image.
  virtual void apply(Sample& sample, const Draws& draws) const = 0;
  /// Whether this step, from now on, does `next`'s work as well. Called while the pipeline is built.
  virtual bool absorb([[maybe_unused]] const Transform& next) { return false; }
  /// Whether it works on a sample whose picture is still to be decoded (Sample::source). Asked only of
  /// steps that need Item::image or Item::picture.
  [[nodiscard]] virtual bool takes_undecoded() const { return false; }
  /// From now on leaves decoding to the step that cuts the crop; for the step that loads the image.
  virtual void leave_undecoded() {}
  /// For the step that loads the image: how it decodes files.
  [[nodiscard]] virtual std::optional<DecodeOptions> decoding() const { return {}; }
  /// For a step that knows or changes what pixels are made of; called once, in order, while the pipeline is built. 0 channels:
  /// not known yet. Throws Unavailable for pixels that it cannot take.
  virtual void meet([[maybe_unused]] PixelFormat& format) {}
  /// What meet() left at the end; for the step that loads the image, whose pictures have to be so.
  virtual void expect([[maybe_unused]] const PixelFormat& format) {}
  /// What the user should know about a choice of theirs; empty: nothing.
  [[nodiscard]] virtual std::string note() const { return {}; }
  /// For a step that makes Item::target: the shapes of `target` and `target_weight`.
  [[nodiscard]] virtual TargetShapes target_shapes() const { return {}; }

  /// Set by the pipeline: tells apart two transforms that draw.
  void set_purpose(std::uint32_t purpose) noexcept { purpose_ = purpose; }

 protected:
  [[nodiscard]] Rng rng(const Sample& sample, const Draws& draws) const noexcept {
    return Rng({draws.seed, draws.epoch, sample.index, purpose_});
  }

 private:
  std::uint32_t purpose_ = 0;
};

using TransformRegistry = Registry<Transform, const PipelineContext&>;

/// All transforms by the names of mmpose 0.x.
[[nodiscard]] const TransformRegistry& transforms();

/// The step that makes Item::target with `codec`; weighs keypoints where the context asks for it.
[[nodiscard]] std::shared_ptr<Transform> make_encode_step(std::unique_ptr<const TargetCodec> codec,
                                                          const PipelineContext& context);

// One function a file of transforms; transforms() calls them.
void register_load_image(TransformRegistry& registry);
void register_box_transforms(TransformRegistry& registry);
void register_flip(TransformRegistry& registry);
void register_half_body(TransformRegistry& registry);
void register_affine(TransformRegistry& registry);
void register_tensor_transforms(TransformRegistry& registry);
void register_generate_target(TransformRegistry& registry);
void register_regression_target(TransformRegistry& registry);
void register_translation(TransformRegistry& registry);
void register_photometric(TransformRegistry& registry);
void register_albumentation(TransformRegistry& registry);
void register_collect(TransformRegistry& registry);

}  // namespace ph
