#pragma once
// Drives an optimizer plugin over vectors, as the host does over tensors.
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bundled.hpp"
#include "plugin/declared.hpp"
#include "support/catch.hpp"

namespace test {

/// A parameter with its state. Real: float or double.
template <class Real>
struct Parameter {
  std::vector<Real> values;
  std::map<std::string, std::vector<Real>> slots;
  std::int64_t step = 0;
  std::vector<double> numbers = {};  // slots of one number per parameter
};

class OptimizerRun {
 public:
  OptimizerRun(const std::string& name, const std::string& args)
      : OptimizerRun{make(PH_KIND_OPTIMIZER, name, args)} {}
  explicit OptimizerRun(std::unique_ptr<ph::PluginInstance> rule)
      : rule_{std::move(rule)}, api_{rule_->api<ph_optimizer_api>()} {
    for (std::int64_t i = 0; i < api_.n_hypers; ++i) {
      const ph::Json::json_pointer at{std::string(ph::from_ph(api_.hypers[i]->pointer))};
      names_.emplace_back(ph::from_ph(api_.hypers[i]->name));
      hypers_.push_back(rule_->args().json()[at].get<double>());
    }
    for (const auto& slot : ph::slots_of(*rule_)) {
      order_.push_back(slot.name);
      if (slot.shape == PH_SLOT_SHAPE_SCALAR) {
        REQUIRE(slot.dtype == PH_SLOT_F64);
        number_names_.push_back(slot.name);
        first_numbers_.push_back(slot.init == PH_SLOT_ONES ? 1 : 0);
      } else {
        REQUIRE(slot.init == PH_SLOT_ZEROS);  // what update() fills them with
        slots_.push_back(slot.name);
      }
    }
  }

  [[nodiscard]] const ph_optimizer_api& api() const { return api_; }
  [[nodiscard]] const std::vector<std::string>& hyper_names() const { return names_; }
  [[nodiscard]] const std::vector<double>& hypers() const { return hypers_; }
  [[nodiscard]] const std::vector<std::string>& slots() const { return slots_; }
  /// Names of the slots of one number per parameter.
  [[nodiscard]] const std::vector<std::string>& numbers() const { return number_names_; }

  /// Tells the rule the parameters, as the host does before the first update.
  void prepare() const {
    ph_layout layout{};
    layout.size = sizeof layout;
    if (api_.prepare != nullptr) rule_->check(api_.prepare(rule_->self(), &layout), "prepare");
  }

  /// Whether there is such a hyper-parameter.
  bool set(const std::string& hyper, double value) {
    const auto found = std::find(names_.begin(), names_.end(), hyper);
    if (found == names_.end()) return false;
    hypers_[static_cast<std::size_t>(found - names_.begin())] = value;
    return true;
  }

  /// One update; `cuts` are the ends of the spans, but for the last one.
  template <class Real>
  void update(Parameter<Real>& p, const std::vector<Real>& gradient,
              std::vector<std::size_t> cuts = {}) const {
    for (const auto& slot : slots_) p.slots[slot].resize(p.values.size());
    if (p.step == 0) p.numbers = first_numbers_;
    ++p.step;
    cuts.push_back(p.values.size());
    std::vector<std::vector<void*>> pointers;
    std::vector<ph_span> spans;
    std::size_t begin = 0;
    for (const auto end : cuts) {
      pointers.push_back(pointers_of(p, begin));
      spans.push_back({p.values.data() + begin, gradient.data() + begin,
                       static_cast<std::int64_t>(end - begin), p.step, nullptr, 0, 0});
      begin = end;
    }
    for (std::size_t i = 0; i < spans.size(); ++i) spans[i].slot = pointers[i].data();

    const auto n_sums = static_cast<std::size_t>(api_.n_sums);
    const auto passes = static_cast<std::int32_t>(std::max<std::int64_t>(1, api_.n_passes));
    std::vector<double> sums(n_sums * static_cast<std::size_t>(passes));
    for (std::int32_t pass = 0; pass < passes; ++pass) {
      std::vector<double> span_sums(n_sums * spans.size());
      run_pass(pass, p, spans, pointers[0], sums, span_sums);
      for (std::size_t k = 0; k < span_sums.size(); ++k)
        sums[static_cast<std::size_t>(pass) * n_sums + k % n_sums] += span_sums[k];
    }
  }

 private:
  template <class Real>
  std::vector<void*> pointers_of(Parameter<Real>& p, std::size_t begin) const {
    std::vector<void*> own;
    std::size_t number = 0;
    for (const auto& name : order_) {
      const auto slot = p.slots.find(name);
      own.push_back(slot != p.slots.end() ? static_cast<void*>(slot->second.data() + begin)
                                          : static_cast<void*>(&p.numbers[number++]));
    }
    return own;
  }

  template <class Real>
  void run_pass(std::int32_t pass, const Parameter<Real>& p, const std::vector<ph_span>& spans,
                const std::vector<void*>& slots, const std::vector<double>& sums,
                std::vector<double>& span_sums) const {
    std::vector<double> scalars(static_cast<std::size_t>(api_.n_scalars));
    ph_scalars_args numbers{};
    numbers.size = sizeof numbers;
    numbers.hyper = hypers_.data();
    numbers.n_hyper = api_.n_hypers;
    numbers.step = p.step;
    numbers.out = scalars.data();
    numbers.n_out = api_.n_scalars;
    numbers.pass = pass;
    numbers.numel = static_cast<std::int64_t>(p.values.size());
    numbers.sums = numbers.totals = sums.data();
    if ((api_.capabilities & PH_OPT_PASSES) != 0) numbers.slot = slots.data();
    rule_->check(api_.scalars(rule_->self(), &numbers), "scalars");

    ph_range_args args{};
    args.size = sizeof args;
    args.spans = spans.data();
    args.n_spans = static_cast<std::int64_t>(spans.size());
    args.span_stride = sizeof(ph_span);
    args.scalars = scalars.data();
    args.n_scalars = api_.n_scalars;
    args.dtype = {PH_DTYPE_FLOAT, sizeof(Real) * 8, 1};
    args.device_type = PH_DEVICE_CPU;
    args.pass = pass;
    args.sums = span_sums.data();
    rule_->check(api_.range(rule_->self(), &args), "range");
  }

  std::unique_ptr<ph::PluginInstance> rule_;
  const ph_optimizer_api& api_;
  std::vector<std::string> names_, slots_, number_names_, order_;
  std::vector<double> hypers_, first_numbers_;
};

}  // namespace test
