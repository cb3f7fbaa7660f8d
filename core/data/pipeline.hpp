#pragma once
#include <memory>
#include <string>
#include <vector>

#include "data/transform.hpp"

namespace ph {

/// The transforms of a data set, in order, checked before the first sample: every one finds what it needs,
/// the last one is Collect. Const members are safe from any thread.
class Pipeline {
 public:
  /// `given` is what the data set itself provides. Throws Error(config) with the place of the transform.
  Pipeline(const Node& list, const PipelineContext& context, const std::vector<Item>& given);

  void run(Sample& sample, const Draws& draws) const;

  /// Whether Collect asks for targets.
  [[nodiscard]] bool gives_target() const noexcept { return gives_target_; }
  /// Shapes of the targets that are made, without the batch; empty: none are.
  [[nodiscard]] const TargetShapes& target_shapes() const noexcept { return target_shapes_; }
  /// Of the tensor that comes out: as many as the network's input must have.
  [[nodiscard]] int channels() const noexcept { return format_.channels; }
  /// How pictures are decoded; the default where nothing loads any.
  [[nodiscard]] const DecodeOptions& decoding() const noexcept { return decoding_; }
  /// What the user should know about the steps.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

 private:
  void decode_late();
  std::vector<std::shared_ptr<Transform>> steps_;
  bool gives_target_ = false;
  TargetShapes target_shapes_;
  PixelFormat format_;
  DecodeOptions decoding_;
  std::vector<std::string> notes_;
};

}  // namespace ph
