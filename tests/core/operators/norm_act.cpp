// Batch norm, addition, activation and pooling as one operator: values, gradients and running figures of LibTorch's operators in double.
#include "model/norm_act.hpp"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/nn/modules/activation.h>
#include <torch/types.h>

#include "operators/norm_act_op.hpp"
#include "support/catch.hpp"
#include "support/fill_weights.hpp"

using namespace ph;

namespace {

struct Case {
  Activation activation = Activation::relu;
  bool addend = false, pool = false;
};

struct Result {
  at::Tensor y, grad_x, grad_addend, grad_weight, grad_bias, mean, var;
};

at::Tensor made(const char* name, const std::vector<std::int64_t>& shape, at::ScalarType type) {
  // Rounded first, so that both computations begin with the same numbers.
  return test::random_tensor(name, shape, 1).to(type);
}

torch::nn::BatchNorm2d make_norm(std::int64_t channels) {
  torch::nn::BatchNorm2d norm(torch::nn::BatchNorm2dOptions(channels).eps(1e-3).momentum(0.3));
  const torch::NoGradGuard guard;
  norm->weight.copy_(test::random_tensor("weight", {channels}, 1));
  norm->bias.copy_(test::random_tensor("bias", {channels}, 0.5));
  norm->running_mean.fill_(0.25);
  return norm;
}

at::Tensor plain(torch::nn::BatchNorm2dImpl& norm, const at::Tensor& x, const at::Tensor& addend,
                 const Case& c) {
  auto y = norm.forward(x);
  if (addend.defined()) y = y + addend;
  if (c.activation == Activation::relu) y = y.relu();
  if (c.activation == Activation::relu6) y = at::hardtanh(y, 0, 6);
  return c.pool ? at::max_pool2d(y, 3, 2, 1) : y;
}

// In `type` by our operator, or in double by LibTorch's.
Result run(const Case& c, const std::vector<std::int64_t>& shape, at::ScalarType type, bool ours) {
  auto norm = make_norm(shape[1]);
  auto x = made("x", shape, type), addend = c.addend ? made("addend", shape, type) : at::Tensor();
  if (ours) {
    x = x.contiguous(at::MemoryFormat::ChannelsLast);
    if (c.addend) addend = addend.contiguous(at::MemoryFormat::ChannelsLast);
  } else {
    norm->to(at::kDouble);
    x = x.to(at::kDouble);
    if (c.addend) addend = addend.to(at::kDouble);
  }
  x.requires_grad_();
  if (c.addend) addend.requires_grad_();
  const auto y = !ours    ? plain(*norm, x, addend, c)
                 : c.pool ? norm_relu_pool(*norm, x)
                          : norm_act(*norm, x, c.activation, addend);
  if (ours) {
    // Else nothing of ours was tested.
    REQUIRE(y.grad_fn()->name().find(c.pool ? "NormActPool" : "NormAct") != std::string::npos);
    REQUIRE(y.scalar_type() == type);
    REQUIRE(norm->num_batches_tracked.item<std::int64_t>() == 1);
  }
  y.backward(made("grad", y.sizes().vec(), type).to(y.scalar_type()));
  return {y.detach(),          x.grad(),          c.addend ? addend.grad() : at::Tensor(),
          norm->weight.grad(), norm->bias.grad(), norm->running_mean,
          norm->running_var};
}

void require_close(const char* what, const at::Tensor& a, const at::Tensor& b, double relative) {
  CAPTURE(what);
  REQUIRE(a.sizes() == b.sizes());
  const auto difference = (a.to(at::kDouble) - b).abs().max().item<double>();
  REQUIRE(difference <= relative * std::max(1.0, b.abs().max().item<double>()));
}

}  // namespace

TEST_CASE("norm, addition and activation in one equal LibTorch's in double", "[operators]") {
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  const auto shape =
      GENERATE(std::vector<std::int64_t>{2, 64, 5, 7}, std::vector<std::int64_t>{1, 17, 3, 3},
               std::vector<std::int64_t>{3, 3, 40, 31}, std::vector<std::int64_t>{2, 128, 1, 1});
  const auto c = GENERATE(Case{Activation::none}, Case{Activation::relu}, Case{Activation::relu6},
                          Case{Activation::none, true}, Case{Activation::relu, true},
                          Case{Activation::relu, false, true});
  CAPTURE(type, shape, static_cast<int>(c.activation), c.addend, c.pool);
  const auto ours = run(c, shape, type, true), exact = run(c, shape, type, false);
  // bfloat16: results are rounded once. Where an addend makes the sum round to 0, its gradient stops: hence random numbers on no grid.
  const double near = type == at::kFloat ? 2e-5 : 1.0 / 128;
  require_close("y", ours.y, exact.y, near);
  require_close("gradient of x", ours.grad_x, exact.grad_x, near);
  if (c.addend) require_close("gradient of the addend", ours.grad_addend, exact.grad_addend, near);
  require_close("gradient of the weight", ours.grad_weight, exact.grad_weight, 1e-4);
  require_close("gradient of the bias", ours.grad_bias, exact.grad_bias, 1e-4);
  require_close("running mean", ours.mean, exact.mean, 1e-6);
  require_close("running variance", ours.var, exact.var, 1e-6);
}

TEST_CASE("the statistics hold for a mean far from 0", "[operators]") {
  const auto x =
      (test::random_tensor("x", {4, 8, 33, 31}, 1) + 1000).contiguous(at::MemoryFormat::ChannelsLast);
  auto norm = make_norm(8);
  (void)norm_act(*norm, x.clone().requires_grad_(), Activation::none);
  const auto var = x.to(at::kDouble).var({0, 2, 3});
  require_close("variance", norm->running_var, 0.7 + 0.3 * var, 1e-5);
}

TEST_CASE("any number of threads gives the same bits", "[operators]") {
  const auto threads = at::get_num_threads();
  const auto c = GENERATE(Case{Activation::relu, true}, Case{Activation::relu, false, true});
  std::optional<Result> one;
  for (const int count : {1, 2, 3, 5}) {
    at::set_num_threads(count);
    const auto now = run(c, {3, 33, 29, 30}, at::kBFloat16, true);
    if (!one) one = now;
    CHECK(at::equal(one->y, now.y));
    CHECK(at::equal(one->grad_x, now.grad_x));
    CHECK(at::equal(one->grad_weight, now.grad_weight));
    CHECK(at::equal(one->grad_bias, now.grad_bias));
    CHECK(at::equal(one->var, now.var));
  }
  at::set_num_threads(threads);
}

TEST_CASE("where the operator does not fit LibTorch's do", "[operators]") {
  auto norm = make_norm(16);
  const auto x = test::random_tensor("x", {2, 16, 4, 4}, 1),
             last = x.contiguous(at::MemoryFormat::ChannelsLast);
  const auto is_ours = [](const at::Tensor& y) {
    return y.grad_fn() && y.grad_fn()->name().find("NormAct") != std::string::npos;
  };
  CHECK(is_ours(norm_act(*norm, last, Activation::relu)));
  CHECK_FALSE(is_ours(norm_act(*norm, x, Activation::relu)));
  CHECK_FALSE(is_ours(norm_act(*norm, last, Activation::relu, x)));
  CHECK_FALSE(is_ours(norm_act(*norm, last.to(at::kHalf), Activation::relu)));
  norm->eval();
  const auto before = norm->running_mean.clone();
  CHECK_FALSE(is_ours(norm_act(*norm, last, Activation::relu)));
  CHECK(at::equal(norm->running_mean, before));
  norm->train();
  norm->options.momentum(std::nullopt);
  CHECK_FALSE(is_ours(norm_act(*norm, last, Activation::relu)));
  norm->options.momentum(0.1);
  norm->to(at::kDouble);
  CHECK_FALSE(is_ours(norm_act(*norm, last.to(at::kDouble), Activation::relu)));
  norm->to(at::kFloat);
  {
    const torch::NoGradGuard guard;
    CHECK_FALSE(is_ours(norm_relu_pool(*norm, last)));
  }
  // One number a channel has no variance: LibTorch's own message.
  CHECK_THROWS_WITH(norm_act(*norm, last.slice(0, 0, 1).slice(2, 0, 1).slice(3, 0, 1), Activation::relu),
                    test::ContainsSubstring("more than 1 value per channel"));
}

TEST_CASE("frozen scale and shift get no gradient, what is before them does", "[operators]") {
  auto norm = make_norm(16);
  norm->weight.set_requires_grad(false);
  norm->bias.set_requires_grad(false);
  auto x =
      test::random_tensor("x", {2, 16, 4, 4}, 1).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  norm_act(*norm, x, Activation::relu).square().sum().backward();
  CHECK_FALSE(norm->weight.grad().defined());
  CHECK(x.grad().abs().sum().item<double>() > 0);
}

TEST_CASE("a gradient of a gradient is refused, not silently zero", "[operators]") {
  auto norm = make_norm(16);
  const bool pool = GENERATE(false, true);
  auto x =
      test::random_tensor("x", {2, 16, 4, 4}, 1).contiguous(at::MemoryFormat::ChannelsLast).requires_grad_();
  const auto y = pool ? norm_relu_pool(*norm, x) : norm_act(*norm, x, Activation::relu);
  CHECK_THROWS_WITH(torch::autograd::grad({y.sum()}, {x}, {}, std::nullopt, /*create_graph=*/true),
                    test::ContainsSubstring("gradient of a gradient"));
}

TEST_CASE("steps of a Sequential: a norm and the ReLU behind it become one", "[operators]") {
  auto norm = make_norm(16);
  torch::nn::Sequential steps(norm, torch::nn::ReLU(torch::nn::ReLUOptions(true)), make_norm(16),
                              torch::nn::Tanh());
  const auto x = test::random_tensor("x", {2, 16, 4, 4}, 1).contiguous(at::MemoryFormat::ChannelsLast);
  const auto fused = forward_fused(steps->begin(), steps->end(), x);
  const auto apart = steps->forward(x);
  CHECK(at::allclose(fused, apart, 1e-5, 1e-5));
  CHECK(norm->num_batches_tracked.item<std::int64_t>() == 2);
}
