#pragma once
#include <optional>
#include <string>
#include <vector>

#include "config/args.hpp"
#include "model/backbone.hpp"
#include "model/containers.hpp"
#include "model/res_layer.hpp"

namespace ph {

/// How maps of a coarser branch are brought to the size of a finer one.
struct UpsampleArgs {
  std::string mode = "nearest";  ///< or "bilinear"
  std::optional<bool> align_corners;
  static const ArgTable<UpsampleArgs>& table();
};

struct HrModuleSpec {
  std::vector<std::int64_t> in_channels;   ///< of each branch, finest first
  std::vector<std::int64_t> out_channels;  ///< after its blocks
  std::vector<std::int64_t> num_blocks;
  bool bottleneck = false;
  bool multiscale_output = true;  ///< else the finest branch alone comes out
  UpsampleArgs upsample;
  NormArgs norm;
};

/// Branches of residual blocks at several resolutions that exchange what they found: "branches.I.B", and "fuse_layers.I.J" from branch
/// J to branch I (Sun et al., "Deep high-resolution representation learning", 2019).
class HrModule final : public torch::nn::Module {
 public:
  explicit HrModule(const HrModuleSpec& spec);
  [[nodiscard]] Features forward(const Features& maps);

 private:
  void add_fuse_layers(const HrModuleSpec& spec);
  std::vector<std::shared_ptr<ResLayer>> branches_;
  /// [to][from]; null where a branch goes to itself.
  std::vector<std::vector<std::shared_ptr<Chain>>> fuse_;
};

}  // namespace ph
