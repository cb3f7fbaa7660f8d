#pragma once
#include <optional>

#include "model/checked_args.hpp"
#include "model/hr_module.hpp"

namespace ph {

/// A stage of HRNet's `extra`.
struct HrStageArgs {
  std::int64_t num_modules = 1, num_branches = 1;
  std::string block = "BASIC";  ///< or "BOTTLENECK"
  std::vector<std::int64_t> num_blocks, num_channels;
  bool multiscale_output = false;  ///< of stage 4: all branches come out
  static const CheckedArgs<HrStageArgs>& table();
  [[nodiscard]] bool bottleneck() const { return block == "BOTTLENECK"; }
  /// Channels of each branch after its blocks.
  [[nodiscard]] std::vector<std::int64_t> widths() const;
};

struct HrExtra {
  HrStageArgs stage1, stage2, stage3, stage4;
  UpsampleArgs upsample;
  static const CheckedArgs<HrExtra>& table();
};

/// Arguments of mmpose 0.29's HRNet, with its names and defaults.
struct HrNetArgs {
  HrExtra extra;
  std::int64_t in_channels = 3;
  std::optional<Node> conv_cfg;
  NormArgs norm_cfg;
  bool norm_eval = false, with_cp = false, zero_init_residual = false;
  std::int64_t frozen_stages = -1;  ///< -1 none, 0 the stem, n the stem and n stages
  static const CheckedArgs<HrNetArgs>& table();
};

/// HRNet (Sun et al. 2019) as in mmpose: `conv1`, `bn1`, `conv2`, `bn2`, `layer1`, then `transitionN` and `stageN+1` for N from 1
/// to 3. Gives the maps of stage 4: all of them with its multiscale_output, else the finest.
class HrNet final : public Backbone {
 public:
  explicit HrNet(const HrNetArgs& args);
  Features forward(const at::Tensor& img) override;
  void init_weights() override;
  std::int64_t in_channels() const override { return args_.in_channels; }
  std::vector<std::int64_t> out_channels() const override;
  void train(bool on = true) override;

 private:
  struct Stage {
    std::shared_ptr<torch::nn::Module> transition_module, stage_module;
    std::vector<std::shared_ptr<Chain>> transition;  ///< to each branch; null where nothing changes
    std::vector<std::shared_ptr<HrModule>> modules;
  };
  void add_stem();
  void add_stage(std::size_t number, const HrStageArgs& args, std::vector<std::int64_t>& channels);
  void freeze_stages();
  HrNetArgs args_;
  Conv2d conv1_{nullptr}, conv2_{nullptr};
  torch::nn::BatchNorm2d bn1_{nullptr}, bn2_{nullptr};
  std::shared_ptr<ResLayer> layer1_;
  std::vector<Stage> stages_;  ///< 2 to 4
};

}  // namespace ph
