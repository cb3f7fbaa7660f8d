#include "model/joints_mse_loss.hpp"

#include <torch/types.h>

#include "support/catch.hpp"
#include "support/fill_weights.hpp"

using namespace ph;

namespace {

// mmpose's own way, joint after joint.
double by_joints(const at::Tensor& p, const at::Tensor& t, const at::Tensor& w, bool squared) {
  double sum = 0;
  for (std::int64_t k = 0; k < p.size(1); ++k) {
    const auto weight = w.select(1, k).to(at::kDouble).unsqueeze(-1);
    const auto difference = (p.select(1, k) - t.select(1, k)).to(at::kDouble);
    const auto error = squared ? (difference * weight).square() : difference.square() * weight;
    sum += error.mean().item<double>();
  }
  return sum / static_cast<double>(p.size(1));
}

struct Inputs {
  at::Tensor p = test::random_tensor("p", {3, 5, 8, 6}, 2), t = test::random_tensor("t", {3, 5, 8, 6}, 2);
  at::Tensor w = test::random_tensor("w", {3, 5, 1}, 1) + 0.5;
};

double loss(JointsMseArgs args, const Compat& compat, const Inputs& in) {
  return JointsMseLoss(args, compat).forward(in.p, in.t, in.w).item<double>();
}

}  // namespace

TEST_CASE("JointsMSELoss is the mean over joints of weighted squared errors", "[model]") {
  const Inputs in;
  const auto& old = default_compat();
  auto newer = old;
  newer.weight_squared = false;
  // float32 sums of 720 numbers against double.
  REQUIRE_THAT(loss({true, 1}, old, in), test::WithinRel(by_joints(in.p, in.t, in.w, true), 1e-6));
  REQUIRE_THAT(loss({true, 1}, newer, in), test::WithinRel(by_joints(in.p, in.t, in.w, false), 1e-6));
  const auto unweighted = by_joints(in.p, in.t, at::ones_like(in.w), true);
  REQUIRE_THAT(loss({false, 1}, old, in), test::WithinRel(unweighted, 1e-6));
  REQUIRE_THAT(loss({false, 0.25}, old, in), test::WithinRel(unweighted * 0.25, 1e-6));
}

TEST_CASE("JointsMSELoss is float32 for low-precision output and double for double", "[model]") {
  const Inputs in;
  JointsMseLoss loss({true, 1}, default_compat());
  const auto low = loss.forward(in.p.to(at::kBFloat16), in.t, in.w);
  REQUIRE(low.scalar_type() == at::kFloat);
  // The outputs alone are rounded to 8 bits; a loss computed in bfloat16 would be some 1e-2 off.
  REQUIRE_THAT(low.item<double>(),
               test::WithinRel(by_joints(in.p.to(at::kBFloat16).to(at::kFloat), in.t, in.w, true), 1e-6));
  REQUIRE(loss.forward(in.p.to(at::kDouble), in.t.to(at::kDouble), in.w.to(at::kDouble)).scalar_type() ==
          at::kDouble);
}
