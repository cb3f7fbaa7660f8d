// SPDX-License-Identifier: Apache-2.0
//
// torch.optim.SGD, in the order of its arithmetic:
//   g = ±grad + weight_decay p;  b = g at the first update, then momentum b + (1 - dampening) g
//   p -= lr b, with nesterov lr (g + momentum b), without momentum lr g
#include "common_args.hpp"

namespace {

class SGD final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("SGD", "stochastic gradient descent, with momentum");
  static constexpr auto args = ph::args(
      lr_arg(1e-3),
      ph::arg<double>("momentum", 0.0, ph::at_least(0), ph::role::momentum, "share of the last step kept"),
      ph::arg<double>("dampening", 0.0, ph::role::none, "share of the gradient kept out of the momentum"),
      l2_arg(), ph::arg<bool>("nesterov", false, "look ahead along the momentum"), maximize_arg(),
      execution_switch("foreach"), execution_switch("differentiable"), execution_switch("fused"));

  explicit SGD(const ph::Config& config)
      : buffered_{config.get<double>("momentum") != 0},
        nesterov_{config.get<bool>("nesterov")},
        sign_{sign_of(config)} {
    if (nesterov_ && (!buffered_ || config.get<double>("dampening") != 0))
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "nesterov with momentum " +
                                                     std::string(buffered_ ? "and dampening" : "0") +
                                                     "; expected momentum above 0 and dampening 0");
  }

  std::vector<ph::Slot> slots() const override {
    if (!buffered_) return {};
    return {{"momentum_buffer"}};
  }

  template <class Real>
  struct Scalars {
    Real sign, lr, decay;
    Real momentum;    // 0: plain descent
    Real keep, take;  // buffer = keep * buffer + take * gradient
  };

  Scalars<double> scalars(const ph::Hypers& h, std::int64_t step) const {
    const double momentum = h["momentum"];
    need_buffer(buffered_, momentum);
    const bool first = step == 1;  // torch starts the buffer with the undampened gradient
    return {
        sign_, h["lr"], h["weight_decay"], momentum, first ? 0 : momentum, first ? 1 : 1 - h["dampening"]};
  }

  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    if (s.momentum == Real(0)) {
      spans.each([s](Real& p, Real g) { p -= s.lr * (s.sign * g + s.decay * p); });
    } else if (nesterov_) {
      spans.each([s](Real& p, Real g, Real& b) {
        g = s.sign * g + s.decay * p;
        b = s.keep * b + s.take * g;
        p -= s.lr * (g + s.momentum * b);
      });
    } else {
      spans.each([s](Real& p, Real g, Real& b) {
        g = s.sign * g + s.decay * p;
        b = s.keep * b + s.take * g;
        p -= s.lr * b;
      });
    }
  }

 private:
  bool buffered_, nesterov_;
  double sign_;
};

}  // namespace

POSEHOST_COMPONENT(SGD);
