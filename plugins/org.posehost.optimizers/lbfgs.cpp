// SPDX-License-Identifier: Apache-2.0
//
// LBFGS with torch.optim.LBFGS's rules: two-loop recursion over the last history_size steps (Nocedal 1980),
// fixed steps or a strong-Wolfe line search, all its criteria for an end. A step evaluates the loss up to
// max_eval times. Vectors over all parameters are kept parameter by parameter.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <posehost/closure_optimizer.hpp>

#include "line_search.hpp"

namespace {

// Slots: pointers of a span.
enum : std::size_t { direction = 0, last_grad = 1, history = 2 };
// Numbers that a run keeps.
enum : std::size_t { n_iter = 0, func_evals, length, first, step_size, h_diag, last_loss, n_numbers };

class LBFGS final : public ph::ClosureOptimizer {
 public:
  static constexpr auto info =
      ph::component("LBFGS", "limited-memory BFGS; evaluates the loss several times a step");
  static constexpr auto args = ph::args(
      ph::arg<double>("lr", 1.0, ph::at_least(0), ph::role::lr, ph::not_per_group, "step size"),
      ph::arg<std::int64_t>("max_iter", 20, ph::at_least(1), "iterations a step, at most"),
      ph::arg<std::optional<std::int64_t>>("max_eval", ph::null, ph::at_least(1),
                                           "evaluations a step, at most; null: max_iter * 5 / 4"),
      ph::arg<double>("tolerance_grad", 1e-7, ph::at_least(0), "ends where no gradient is larger"),
      ph::arg<double>("tolerance_change", 1e-9, ph::at_least(0), "ends where nothing changes more"),
      ph::arg<std::int64_t>("history_size", 100, ph::at_least(1), ph::at_most(10000), "steps remembered"),
      ph::arg<std::optional<std::string>>("line_search_fn", ph::null, ph::one_of("strong_wolfe"),
                                          "null: fixed steps of lr"));

  explicit LBFGS(const ph::Config& config)
      : vector_{config},
        max_iter_{config.get<std::int64_t>("max_iter")},
        max_eval_{config.has("max_eval") ? config.get<std::int64_t>("max_eval") : max_iter_ * 5 / 4},
        history_{config.get<std::int64_t>("history_size")},
        tolerance_grad_{config.get<double>("tolerance_grad")},
        tolerance_change_{config.get<double>("tolerance_change")},
        searches_{config.has("line_search_fn")} {}

  std::vector<ph::Slot> slots() const override {
    ph::Slot changes{"old_dirs"}, steps{"old_stps"};
    changes.count = steps.count = history_;
    return {{"d"},
            {"prev_flat_grad"},
            changes,
            steps,
            ph::global_slot("line", n_numbers),
            ph::global_slot("ro", history_)};
  }

  template <class Real>
  void step(ph::ClosureStep<Real>& at) const;

 private:
  template <class Real>
  class Work;

  ph::Vector vector_;
  std::int64_t max_iter_, max_eval_, history_;
  double tolerance_grad_, tolerance_change_;
  bool searches_;
};

// A vector over all parameters: a slot of each, or work space.
template <class Real>
struct Parts {
  const ph::ClosureStep<Real>* at = nullptr;
  std::size_t slot = 0;
  Real* const* space = nullptr;
  Real* operator[](std::int64_t i) const noexcept { return space ? space[i] : at->slot(i, slot); }
};

// One step: names for the state, and the arithmetic over all parameters.
template <class Real>
class LBFGS::Work {
 public:
  Work(const LBFGS& rule, ph::ClosureStep<Real>& at)
      : rule_(rule),
        at_(at),
        numbers_(at.template global<double>(0)),
        ro_(at.template global<double>(1)),
        d_(slot(direction)),
        last_(slot(last_grad)),
        q_(scratch()),
        grad_(scratch()) {
    alpha_ = at.template scratch<double>(rule.history_);
    if (rule_.searches_) {
      start_ = scratch();
      for (auto& kept : kept_) kept = scratch();
    }
    for (std::int64_t i = 1; i < at.size(); ++i)
      if (at.hypers(i)["lr"] != at.hypers(0)["lr"])
        throw ph::Failure(PH_ERR_UNSUPPORTED,
                          "groups with lr of their own; LBFGS takes one lr for all parameters");
  }

  void run() {
    double loss = at_.loss();
    std::int64_t evaluations = 1;
    ++numbers_[func_evals];
    gather();
    if (!(largest(grad_) > rule_.tolerance_grad_)) return;
    for (std::int64_t iter = 1; iter <= rule_.max_iter_; ++iter) {
      ++numbers_[n_iter];
      choose_direction();
      copy(grad_, last_);
      numbers_[last_loss] = loss;
      const double slope = dot(grad_, d_), lr = at_.hypers(0)["lr"];
      double& t = numbers_[step_size];
      t = numbers_[n_iter] == 1 ? std::min(1.0, 1 / sum_abs(grad_)) * lr : lr;
      if (slope > -rule_.tolerance_change_) return;
      bool flat = false;
      const auto before = evaluations;
      if (rule_.searches_) {
        loss = search(loss, slope, evaluations);
        flat = !(largest(grad_) > rule_.tolerance_grad_);
      } else {
        move(t);
        if (iter != rule_.max_iter_) {
          loss = at_.evaluate();
          gather();
          flat = !(largest(grad_) > rule_.tolerance_grad_);
          ++evaluations;
        }
      }
      numbers_[func_evals] += static_cast<double>(evaluations - before);
      if (evaluations >= rule_.max_eval_ || flat) return;
      if (std::abs(t) * largest(d_) <= rule_.tolerance_change_) return;
      if (std::abs(loss - numbers_[last_loss]) < rule_.tolerance_change_) return;
    }
  }

 private:
  // d = -H grad, H from the remembered steps.
  void choose_direction() {
    if (numbers_[n_iter] == 1) {
      numbers_[length] = numbers_[first] = 0;
      numbers_[h_diag] = 1;
      return scale(-1, grad_, d_);
    }
    remember();
    const auto n = static_cast<std::int64_t>(numbers_[length]);
    scale(-1, grad_, q_);
    for (auto i = n - 1; i >= 0; --i) {
      const auto k = place(i);
      alpha_[i] = dot(old(k, 1), q_) * ro_[k];
      add(-alpha_[i], old(k, 0), q_);
    }
    scale(numbers_[h_diag], q_, d_);
    for (std::int64_t i = 0; i < n; ++i) {
      const auto k = place(i);
      add(alpha_[i] - dot(old(k, 0), d_) * ro_[k], old(k, 1), d_);
    }
  }

  // The last step and what it did to the gradient, unless the curvature is too small.
  void remember() {
    auto& n = numbers_[length];
    const bool full = n == static_cast<double>(rule_.history_);
    // Computed in work space: the oldest pair goes only if the new one is kept.
    scale(1, grad_, q_);
    add(-1, last_, q_);
    const double t = numbers_[step_size], ys = dot(q_, d_) * t;
    if (!(ys > 1e-10)) return;
    if (full) numbers_[first] = std::fmod(numbers_[first] + 1, static_cast<double>(rule_.history_));
    if (!full) ++n;
    const auto k = place(static_cast<std::int64_t>(n) - 1);
    copy(q_, old(k, 0));
    scale(t, d_, old(k, 1));
    ro_[k] = 1 / ys;
    numbers_[h_diag] = ys / dot(q_, q_);
  }

  // Goes along d to a point that meets the Wolfe conditions; its loss.
  double search(double loss, double slope, std::int64_t& evaluations) {
    for (std::int64_t i = 0; i < at_.size(); ++i)
      std::copy(at_.data(i), at_.data(i) + at_.numel(i), start_[i]);
    const auto evaluate = [&](double t) {
      back();
      move(t);
      LinePoint point;
      point.step = t;
      point.loss = at_.evaluate();
      gather();
      point.slope = dot(grad_, d_);
      point.gradient = keep();
      return point;
    };
    const auto drop = [&](const LinePoint& point) {
      used_[static_cast<std::size_t>(point.gradient)] = false;
    };
    const LinePoint start{0, loss, slope, -1};
    WolfeSearch search(evaluate, drop, start, largest(d_), rule_.tolerance_change_,
                       rule_.max_eval_ - evaluations);
    const auto found = search.run(numbers_[step_size]);
    evaluations += search.evaluations();
    numbers_[step_size] = found.step;
    back();
    move(found.step);
    copy(found.gradient < 0 ? last_ : kept_[static_cast<std::size_t>(found.gradient)], grad_);
    used_.fill(false);
    return found.loss;
  }

  // Gradients of the points that the search still needs.
  int keep() {
    const auto free = static_cast<std::size_t>(std::find(used_.begin(), used_.end(), false) - used_.begin());
    used_.at(free) = true;
    copy(grad_, kept_[free]);
    return static_cast<int>(free);
  }
  void back() {
    for (std::int64_t i = 0; i < at_.size(); ++i) {
      const auto* from = start_[i];
      std::copy(from, from + at_.numel(i), at_.data(i));
    }
  }
  void move(double t) {
    for (std::int64_t i = 0; i < at_.size(); ++i)
      rule_.vector_.axpby(at_.place(), at_.numel(i), t, d_[i], 1, at_.data(i));
  }
  void gather() {
    for (std::int64_t i = 0; i < at_.size(); ++i) {
      auto* to = grad_[i];
      if (at_.grad(i) != nullptr)
        std::copy(at_.grad(i), at_.grad(i) + at_.numel(i), to);
      else
        std::fill(to, to + at_.numel(i), Real(0));
    }
  }

  std::size_t place(std::int64_t i) const {
    return static_cast<std::size_t>((static_cast<std::int64_t>(numbers_[first]) + i) % rule_.history_);
  }
  Parts<Real> slot(std::size_t s) const { return {&at_, s, nullptr}; }
  // What: 0 the change of the gradient, 1 the step.
  Parts<Real> old(std::size_t k, std::size_t what) const {
    return slot(history + what * static_cast<std::size_t>(rule_.history_) + k);
  }
  Parts<Real> scratch() const {
    auto* const space = at_.template scratch<Real*>(at_.size());
    for (std::int64_t i = 0; i < at_.size(); ++i) space[i] = at_.scratch(at_.numel(i));
    return {&at_, 0, space};
  }
  double dot(const Parts<Real>& x, const Parts<Real>& y) const {
    double sum = 0;
    for (std::int64_t i = 0; i < at_.size(); ++i)
      sum += rule_.vector_.dot(at_.place(), at_.numel(i), x[i], y[i]);
    return sum;
  }
  double sum_abs(const Parts<Real>& x) const {
    double sum = 0;
    for (std::int64_t i = 0; i < at_.size(); ++i)
      sum += rule_.vector_.abs_sum(at_.place(), at_.numel(i), x[i]);
    return sum;
  }
  double largest(const Parts<Real>& x) const {
    double most = 0;
    for (std::int64_t i = 0; i < at_.size(); ++i) {
      const double here = rule_.vector_.abs_max(at_.place(), at_.numel(i), x[i]);
      if (here > most || std::isnan(here)) most = here;
    }
    return most;
  }
  // y = a x, y += a x
  void scale(double a, const Parts<Real>& x, const Parts<Real>& y) const { combine(a, x, 0, y); }
  void add(double a, const Parts<Real>& x, const Parts<Real>& y) const { combine(a, x, 1, y); }
  void copy(const Parts<Real>& x, const Parts<Real>& y) const { combine(1, x, 0, y); }
  void combine(double a, const Parts<Real>& x, double b, const Parts<Real>& y) const {
    for (std::int64_t i = 0; i < at_.size(); ++i)
      rule_.vector_.axpby(at_.place(), at_.numel(i), a, x[i], b, y[i]);
  }

  const LBFGS& rule_;
  ph::ClosureStep<Real>& at_;
  double *numbers_, *ro_;
  double* alpha_;
  Parts<Real> d_, last_, q_, grad_, start_;
  // A search holds two ends of a bracket, the point before them and the one that it looks at.
  std::array<Parts<Real>, 5> kept_;
  std::array<bool, 5> used_{};
};

template <class Real>
void LBFGS::step(ph::ClosureStep<Real>& at) const {
  Work<Real>(*this, at).run();
}

}  // namespace

POSEHOST_COMPONENT(LBFGS);
