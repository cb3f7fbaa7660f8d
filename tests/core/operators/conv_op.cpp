#include "operators/conv_op.hpp"

#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "conv/weight_sum.hpp"
#include "model/conv.hpp"
#include "support/catch.hpp"
#include "support/fill_weights.hpp"

using namespace ph;

namespace {

constexpr auto channels_last = at::MemoryFormat::ChannelsLast;

class Autocast {
 public:
  explicit Autocast(at::ScalarType type) : on_{type != at::kFloat} {
    at::autocast::set_autocast_enabled(at::kCPU, on_);
    if (on_) at::autocast::set_autocast_dtype(at::kCPU, type);
  }
  ~Autocast() {
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
  }
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
};

at::Tensor input(std::int64_t channels, std::int64_t h = 9, std::int64_t w = 7) {
  return test::random_tensor("x", {4, channels, h, w}, 2).contiguous(channels_last);
}

// Which path is taken depends on how many threads find work; four images are enough for these.
class Threads {
 public:
  explicit Threads(int count) : before_{at::get_num_threads()} { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

template <class Module>
void fill(Module& module) {
  module->to(at::kFloat);
  torch::NoGradGuard no_grad;
  const auto weight = test::random_tensor("w", module->weight.sizes().vec(), 0.2);
  module->weight.set_data(weight.contiguous(channels_last));
}

struct Pass {
  at::Tensor y, of_x, of_weight;
};

// One pass both ways; the gradient of y is the same in all.
template <class Module>
Pass pass(Module& module, const at::Tensor& x_in, at::ScalarType type) {
  const auto x = x_in.detach().clone(at::MemoryFormat::Preserve).requires_grad_();
  module->weight.mutable_grad() = at::Tensor();
  at::Tensor y;
  {
    const Autocast scope(type);
    y = module(x);
  }
  y.backward(test::random_tensor("dy", y.sizes().vec(), 2).to(y.scalar_type()).contiguous(channels_last));
  return {y, x.grad(), module->weight.grad()};
}

bool is_ours(const at::Tensor& y) {
  return y.grad_fn() && y.grad_fn()->name().find("FastGradientConv") != std::string::npos;
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return ((a - b).to(at::kDouble).norm() / b.to(at::kDouble).norm()).item<double>();
}

// Against LibTorch's module of the same weights: all but the weights' gradient are the same bits.
template <class Ours, class Theirs>
void compare(Ours ours, Theirs theirs, std::int64_t channels, at::ScalarType type) {
  fill(ours);
  fill(theirs);
  const auto x = input(channels);
  const auto a = pass(ours, x, type), b = pass(theirs, x, type);
  REQUIRE(is_ours(a.y));
  REQUIRE_FALSE(is_ours(b.y));
  REQUIRE(at::equal(a.y, b.y));
  REQUIRE(a.y.scalar_type() == type);
  REQUIRE(at::equal(a.of_x, b.of_x));
  REQUIRE(a.of_weight.scalar_type() == at::kFloat);
  REQUIRE(a.of_weight.strides() == ours->weight.strides());
  // oneDNN's is rounded to bfloat16.
  REQUIRE(apart(a.of_weight, b.of_weight) <= (type == at::kFloat ? 1e-6 : 4e-3));
  // Of the same numbers in float64, only better.
  theirs->to(at::kDouble);
  const auto lower = [&](const at::Tensor& t) { return t.detach().to(type).to(at::kDouble); };
  theirs->weight.set_data(lower(ours->weight));
  theirs->weight.mutable_grad() = at::Tensor();
  const auto y = theirs(lower(x));
  y.backward(lower(test::random_tensor("dy", y.sizes().vec(), 2)));
  REQUIRE(apart(a.of_weight.to(at::kDouble), theirs->weight.grad()) <= 1e-6);
}

}  // namespace

TEST_CASE("A convolution of ours differs from LibTorch's in the gradient of its weights alone", "[conv]") {
  const Threads two(2);
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  if (!conv::can_sum(type == at::kFloat ? conv::Words::floats : conv::Words::bf16_pairs)) return;
  const auto stride = GENERATE(1, 2);
  const auto [in, kernel] = GENERATE(table<std::int64_t, std::int64_t>({{24, 3}, {3, 7}, {64, 4}}));
  const auto options = torch::nn::Conv2dOptions(in, 40, kernel).stride(stride).padding(1).bias(false);
  compare(Conv2d(options), torch::nn::Conv2d(options), in, type);
}

TEST_CASE("A transposed convolution likewise", "[conv]") {
  const Threads two(2);
  const auto type = GENERATE(at::kFloat, at::kBFloat16);
  if (!conv::can_sum(type == at::kFloat ? conv::Words::floats : conv::Words::bf16_pairs)) return;
  const auto [kernel, padding, more] =
      GENERATE(table<std::int64_t, std::int64_t, std::int64_t>({{4, 1, 0}, {3, 1, 1}, {2, 0, 0}}));
  const auto options = torch::nn::ConvTranspose2dOptions(24, 40, kernel)
                           .stride(2)
                           .padding(padding)
                           .output_padding(more)
                           .bias(false);
  compare(ConvTranspose2d(options), torch::nn::ConvTranspose2d(options), 24, type);
}

TEST_CASE("Gradients of the weights add up from pass to pass", "[conv]") {
  const Threads two(2);
  if (!conv::can_sum(conv::Words::floats)) return;
  Conv2d conv(torch::nn::Conv2dOptions(16, 24, 3).padding(1).bias(false));
  fill(conv);
  const auto once = pass(conv, input(16), at::kFloat).of_weight.clone();
  const auto y = conv(input(16));
  y.backward(test::random_tensor("dy", y.sizes().vec(), 2));  // contiguous, as a loss may give it
  REQUIRE(apart(conv->weight.grad(), 2 * once) == 0);
}

TEST_CASE("Weights of 16 bits get a gradient of 16 bits", "[conv]") {
  const Threads two(2);
  if (!conv::can_sum(conv::Words::bf16_pairs)) return;
  Conv2d conv(torch::nn::Conv2dOptions(16, 24, 3).padding(1).bias(false));
  fill(conv);
  const auto wide = pass(conv, input(16), at::kBFloat16).of_weight;
  conv->weight.set_data(conv->weight.detach().to(at::kBFloat16));
  const auto narrow = pass(conv, input(16), at::kBFloat16);
  REQUIRE(is_ours(narrow.y));
  REQUIRE(narrow.of_weight.scalar_type() == at::kBFloat16);
  REQUIRE(at::equal(narrow.of_weight, wide.to(at::kBFloat16)));
}

TEST_CASE("oneDNN computes what is not for our kernels", "[conv]") {
  const Threads two(2);
  const auto options = [](std::int64_t kernel) {
    return torch::nn::Conv2dOptions(16, 32, kernel).padding(kernel / 2).bias(false);
  };
  const auto path = [](const torch::nn::Conv2dOptions& of, const at::Tensor& x) {
    Conv2d conv(of);
    fill(conv);
    return is_ours(conv(x));
  };
  const auto x = input(16);
  if (conv::can_sum(conv::Words::floats)) REQUIRE(path(options(3), x));
  REQUIRE_FALSE(path(options(1), x));
  REQUIRE_FALSE(path(options(3).dilation(2), x));
  REQUIRE_FALSE(path(options(3).groups(2), x));
  REQUIRE_FALSE(path(options(3).bias(true), x));
  REQUIRE_FALSE(path(options(3).padding_mode(torch::kReflect), x));
  REQUIRE_FALSE(path(options(3).padding(torch::kSame), x));
  REQUIRE_FALSE(path(options(3).padding({1, 0}), x));
  REQUIRE_FALSE(path(options(3).padding(3), x));
  REQUIRE_FALSE(path(options(3), x.contiguous()));
  REQUIRE_FALSE(path(torch::nn::Conv2dOptions(3, 8, 3).bias(false), input(3)));  // no vector on either side
  {
    const Threads too_many(8);
    REQUIRE_FALSE(path(options(3), x));
  }
  {
    Conv2d frozen(options(3));
    fill(frozen);
    frozen->weight.set_requires_grad(false);
    const auto y = frozen(x.detach().requires_grad_());
    REQUIRE(y.requires_grad());
    REQUIRE_FALSE(is_ours(y));
  }
  {
    const torch::NoGradGuard no_grad;
    REQUIRE_FALSE(path(options(3), x));
  }
  {
    const Autocast scope(at::kHalf);
    REQUIRE_FALSE(path(options(3), x));
  }
  Conv2d doubles(options(3));
  doubles->to(at::kDouble);
  REQUIRE_FALSE(is_ours(doubles(x.to(at::kDouble))));
}

TEST_CASE("A gradient of a gradient of a convolution is refused, not silently zero", "[conv][error]") {
  const Threads two(2);
  if (!conv::can_sum(conv::Words::floats)) return;
  Conv2d conv(torch::nn::Conv2dOptions(16, 24, 3).padding(1).bias(false));
  fill(conv);
  const auto y = conv(input(16));
  REQUIRE(is_ours(y));
  CHECK_THROWS_WITH(torch::autograd::grad({y.sum()}, {conv->weight}, {}, std::nullopt, /*create_graph=*/true),
                    test::ContainsSubstring("gradient of a gradient"));
}
