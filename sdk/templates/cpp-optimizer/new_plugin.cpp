// NewPlugin: stochastic gradient descent with momentum, a rule to begin with. Change range().
#include <posehost/optimizer.hpp>

namespace {

class NewPlugin final : public ph::ElementwiseOptimizer {
 public:
  static constexpr auto info = ph::component("NewPlugin", "SGD with momentum");
  static constexpr auto args =
      ph::args(ph::arg<double>("lr", ph::required, ph::at_least(0), ph::role::lr, "step size"),
               ph::arg<double>("momentum", 0.9, ph::at_least(0), ph::below(1), ph::role::momentum,
                               "share kept a step"),
               ph::arg<double>("weight_decay", 0.0, ph::at_least(0), ph::role::weight_decay, "L2 penalty"));

  // What is equal for all elements, from hyper-parameters and step; in doubles, once.
  template <class Real>
  struct Scalars {
    Real lr, momentum, decay;
  };
  Scalars<double> scalars(const ph::Hypers& h, std::int64_t /*step*/) const {
    return {h["lr"], h["momentum"], h["weight_decay"]};
  }

  // State per element, which the host allocates, saves and loads under this name.
  std::vector<ph::Slot> slots() const override { return {{"momentum_buffer"}}; }

  // One element: parameter, gradient, its slot. Several threads at once, for different spans.
  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m) {
      m = s.momentum * m + (g + s.decay * p);
      p -= s.lr * m;
    });
  }
};

}  // namespace

POSEHOST_COMPONENT(NewPlugin);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", NewPlugin);
