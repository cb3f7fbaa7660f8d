// NewPlugin: stochastic gradient descent with momentum on CPU and CUDA, a rule to begin with. Change
// new_plugin_rule.hpp. A host of ABI 0.9 keeps what the optimizer works on in main memory and does not call
// range_cuda(); it is compiled, and has not been run by posehost's own tests.
#include <posehost/optimizer.hpp>

#include "new_plugin_kernel.hpp"

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
  using Scalars = RuleScalars<Real>;
  Scalars<double> scalars(const ph::Hypers& h, std::int64_t /*step*/) const {
    return {h["lr"], h["momentum"], h["weight_decay"]};
  }

  // State per element, which the host allocates, saves and loads under this name.
  std::vector<ph::Slot> slots() const override { return {{"momentum_buffer"}}; }

  // Several threads at once, for different spans.
  template <class Real>
  void range(const ph::Spans<Real>& spans, const Scalars<Real>& s) const {
    spans.each([s](Real& p, Real g, Real& m) { update_element(p, g, m, s); });
  }

#ifdef WITH_CUDA
  template <class Real>
  void range_cuda(const ph::Spans<Real>& spans, const Scalars<Real>& s, void* stream) const {
    for (std::int64_t i = 0; i < spans.size(); ++i) {
      const auto span = spans[i];
      if (span.grad == nullptr) continue;
      if (const char* problem = launch_update(span.param, span.grad, span.slot(0), span.size, s, stream))
        throw ph::Failure(PH_ERR_FAILED, problem);
    }
  }
#endif
};

}  // namespace

POSEHOST_COMPONENT(NewPlugin);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", NewPlugin);
