#pragma once
// Drives an optimizer plugin over vectors, as the host does over tensors.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "bundled.hpp"

namespace test {

/// A parameter with its state. Real: float or double.
template <class Real>
struct Parameter {
  std::vector<Real> values;
  std::map<std::string, std::vector<Real>> slots;
  std::int64_t step = 0;
};

class OptimizerRun {
 public:
  OptimizerRun(const std::string& name, const std::string& args)
      : rule_{make(PH_KIND_OPTIMIZER, name, args)}, api_{rule_->api<ph_optimizer_api>()} {
    for (std::int64_t i = 0; i < api_.n_hypers; ++i) {
      const ph::Json::json_pointer at{std::string(ph::from_ph(api_.hypers[i]->pointer))};
      names_.emplace_back(ph::from_ph(api_.hypers[i]->name));
      hypers_.push_back(rule_->args().json()[at].get<double>());
    }
    ph_slots list{};
    list.size = sizeof list;
    rule_->check(api_.slots(rule_->self(), &list), "slots");
    for (std::int64_t i = 0; i < list.n_slots; ++i) slots_.emplace_back(ph::from_ph(list.slots[i]->name));
  }

  [[nodiscard]] const ph_optimizer_api& api() const { return api_; }
  [[nodiscard]] const std::vector<std::string>& hyper_names() const { return names_; }
  [[nodiscard]] const std::vector<double>& hypers() const { return hypers_; }
  [[nodiscard]] const std::vector<std::string>& slots() const { return slots_; }

  void set(const std::string& hyper, double value) {
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (names_[i] == hyper) hypers_[i] = value;
    }
  }

  /// One update; `cuts` are the ends of the spans, but for the last one.
  template <class Real>
  void update(Parameter<Real>& p, const std::vector<Real>& gradient,
              std::vector<std::size_t> cuts = {}) const {
    for (const auto& slot : slots_) p.slots[slot].resize(p.values.size());
    std::vector<double> scalars(static_cast<std::size_t>(api_.n_scalars));
    ph_scalars_args numbers{};
    numbers.size = sizeof numbers;
    numbers.hyper = hypers_.data();
    numbers.n_hyper = api_.n_hypers;
    numbers.step = ++p.step;
    numbers.out = scalars.data();
    numbers.n_out = api_.n_scalars;
    rule_->check(api_.scalars(rule_->self(), &numbers), "scalars");

    cuts.push_back(p.values.size());
    std::vector<std::vector<void*>> pointers;
    std::vector<ph_span> spans;
    std::size_t begin = 0;
    for (const auto end : cuts) {
      auto& own = pointers.emplace_back();
      for (const auto& slot : slots_) own.push_back(p.slots[slot].data() + begin);
      spans.push_back({p.values.data() + begin, gradient.data() + begin,
                       static_cast<std::int64_t>(end - begin), p.step, nullptr, 0, 0});
      begin = end;
    }
    for (std::size_t i = 0; i < spans.size(); ++i) spans[i].slot = pointers[i].data();
    ph_range_args args{};
    args.size = sizeof args;
    args.spans = spans.data();
    args.n_spans = static_cast<std::int64_t>(spans.size());
    args.span_stride = sizeof(ph_span);
    args.scalars = scalars.data();
    args.n_scalars = api_.n_scalars;
    args.dtype = {PH_DTYPE_FLOAT, sizeof(Real) * 8, 1};
    args.device_type = PH_DEVICE_CPU;
    rule_->check(api_.range(rule_->self(), &args), "range");
  }

 private:
  std::unique_ptr<ph::PluginInstance> rule_;
  const ph_optimizer_api& api_;
  std::vector<std::string> names_, slots_;
  std::vector<double> hypers_;
};

}  // namespace test
