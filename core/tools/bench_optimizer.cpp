// The optimizer's step through the plugin ABI beside LibTorch's fused kernel, on the model's parameters.
#include <ATen/Functions.h>
#include <ATen/core/grad_mode.h>

#include <nlohmann/json.hpp>

#include "config/load.hpp"
#include "tools/bench_parts.hpp"
#include "tools/bench_timing.hpp"

namespace ph {
namespace {

// Adam and AdamW as LibTorch computes them on tensors of its own, with the same gradients.
class FusedAdam {
 public:
  FusedAdam(const Optimizer& optimizer, bool decoupled) : decoupled_{decoupled} {
    for (const auto& param : optimizer.params()) {
      params_.push_back(param.tensor.detach().clone());
      grads_.push_back(param.tensor.grad());
      first_.push_back(at::zeros_like(params_.back()));
      second_.push_back(at::zeros_like(params_.back()));
      steps_.push_back(at::zeros({}, at::kFloat));
    }
    const auto value = [&](std::string_view name) {
      const auto index = optimizer.hyper_index(name);
      return index < 0 ? 0.0 : optimizer.hyper(0, index);
    };
    lr_ = value("lr"), beta1_ = value("beta1"), beta2_ = value("beta2"), eps_ = value("eps");
    weight_decay_ = value("weight_decay");
  }

  void step() {
    for (auto& step : steps_) step += 1;
    const auto fused = decoupled_ ? &fused_adamw : &fused_adam;
    fused(*this);
  }

 private:
  static void fused_adam(FusedAdam& a) {
    at::_fused_adam_(a.params_, a.grads_, a.first_, a.second_, {}, a.steps_, a.lr_, a.beta1_, a.beta2_,
                     a.weight_decay_, a.eps_, /*amsgrad=*/false, /*maximize=*/false);
  }
  static void fused_adamw(FusedAdam& a) {
    at::_fused_adamw_(a.params_, a.grads_, a.first_, a.second_, {}, a.steps_, a.lr_, a.beta1_, a.beta2_,
                      a.weight_decay_, a.eps_, /*amsgrad=*/false, /*maximize=*/false);
  }
  bool decoupled_;
  std::vector<at::Tensor> params_, grads_, first_, second_, steps_;
  double lr_ = 0, beta1_ = 0, beta2_ = 0, eps_ = 0, weight_decay_ = 0;
};

std::vector<TrainableParam> read_shapes(const std::filesystem::path& file) {
  std::vector<TrainableParam> params;
  for (const auto& shape : load_config(file).at("shapes").elements()) {
    TrainableParam param;
    param.facts.name = "p" + std::to_string(params.size());
    for (const auto& side : shape.elements()) {
      if (side.i64() < 1) throw side.error("no size of a tensor", "at least 1");
      param.facts.shape.push_back(side.i64());
    }
    param.tensor = at::randn(param.facts.shape).set_requires_grad(true);
    param.facts.numel = param.tensor.numel();
    params.push_back(std::move(param));
  }
  return params;
}

}  // namespace

Json bench_optimizer(RunPlan& plan, const BenchOptions& options) {
  const auto rounds = options.rounds;
  if (!options.shapes.empty())
    plan.optimizers = std::make_unique<OptimizerSet>(*plan.plugins, plan.config.at("optimizer"),
                                                     read_shapes(options.shapes), plan.compat->version);
  at::NoGradGuard no_grad;
  auto& set = *plan.optimizers;
  const auto& optimizer = *set.members().front().optimizer;
  std::int64_t numel = 0;
  std::size_t tensors = 0;
  for (const auto& member : set.members()) {
    for (const auto& param : member.optimizer->params()) {
      auto tensor = param.tensor;
      tensor.mutable_grad() = at::randn_like(tensor);
      numel += tensor.numel();
      ++tensors;
    }
  }
  if (set.needs_closure())
    throw plan.config.at("optimizer")
        .error(set.description() + " evaluates the loss in a step", "an optimizer that does not");
  const auto name = set.description();
  const bool adam = name == "org.posehost.optimizers/Adam", adamw = name == "org.posehost.optimizers/AdamW";
  std::unique_ptr<FusedAdam> fused;
  if ((adam || adamw) && plan.compute.device.is_cpu()) fused = std::make_unique<FusedAdam>(optimizer, adamw);

  std::vector<double> ours, theirs;
  constexpr int kWarmUp = 2;
  for (int round = -kWarmUp; round < rounds; ++round) {
    Stopwatch watch;
    // Who goes first changes from round to round: the second finds other data in the cache.
    for (const int turn : {round & 1, ~round & 1}) {
      watch.lap();
      if (turn == 0) {
        set.step();
        if (round >= 0) ours.push_back(watch.lap());
      } else if (fused) {
        fused->step();
        if (round >= 0) theirs.push_back(watch.lap());
      }
    }
  }
  Json result{{"optimizer", name},
              {"tensors", tensors},
              {"numbers", numel},
              {"rounds", rounds},
              {"state_bytes", set.state_bytes()},
              {"plugin_ms", median(ours)},
              {"rounds_ms", ours}};
  if (fused) {
    result["fused_ms"] = median(theirs);
    result["ratio"] = median(ours) / median(theirs);
  }
  return result;
}

}  // namespace ph
