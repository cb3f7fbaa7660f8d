#pragma once
#include <memory>
#include <string>
#include <utility>

#include "model/norm_act.hpp"

namespace ph {

/// Modules one after the other, named "0", "1", …: a Sequential that can stand in another one, which LibTorch's cannot.
class Chain final : public torch::nn::Module {
 public:
  Chain() : Module("Sequential") {}
  template <class... Step>
  [[nodiscard]] static std::shared_ptr<Chain> of(Step... steps) {
    auto chain = std::make_shared<Chain>();
    (chain->add(torch::nn::AnyModule(std::move(steps))), ...);
    return chain;
  }
  void add(torch::nn::AnyModule step) {
    register_module(std::to_string(steps_.size()), step.ptr());
    steps_.push_back(std::move(step));
  }
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) {
    return forward_fused(steps_.begin(), steps_.end(), x);
  }

 private:
  Steps steps_;
};

/// Modules under their numbers, some of which may be missing: a Python ModuleList with None in it.
class Numbered final : public torch::nn::Module {
 public:
  Numbered() : Module("ModuleList") {}
  void add(std::size_t number, std::shared_ptr<torch::nn::Module> module) {
    register_module(std::to_string(number), std::move(module));
  }
};

}  // namespace ph
