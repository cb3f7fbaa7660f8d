// What all ways of driving a rule share: the cutting, the calls of scalars() and range().
#include "rule/rule_driver.hpp"

#include <algorithm>

#include "plugin/text_rules.hpp"
#include "rule/param_facts.hpp"
#include "rule/scratch.hpp"
#include "rule/slot_layout.hpp"

namespace ph {

RuleDriver::RuleDriver(const PluginInstance& rule, std::int64_t piece)
    : rule_{rule},
      api_{rule.api<ph_optimizer_api>()},
      piece_{piece},
      slots_{slots_of(rule)},
      scratch_{std::make_unique<Scratch>()} {}

RuleDriver::~RuleDriver() = default;

void RuleDriver::set_params(std::vector<RuleParam> params, std::vector<void*> globals) {
  params_ = std::move(params);
  globals_ = std::move(globals);
  cut();
  const auto n = params_.size();
  const auto passes = static_cast<std::size_t>(api_.n_passes), sums = static_cast<std::size_t>(api_.n_sums);
  spans_.resize(std::max(pieces_.size(), n));
  active_.reserve(n);
  std::size_t groups = 0;
  for (const auto& param : params_) groups = std::max(groups, param.group + 1);
  groups_.reserve(groups);
  class_of_.resize(groups);
  buckets_.reserve(n);
  bucket_of_.resize(n);
  members_.resize(n);
  bucket_end_.resize(n + 1);
  scalars_.resize(std::max<std::size_t>(1, n) *
                  static_cast<std::size_t>(std::max<std::int64_t>(1, api_.n_scalars)));
  sums_.resize(n * passes * sums);
  totals_.resize(passes * sums);
  piece_sums_.resize(pieces_.size() * sums);
  hyper_rows_.resize(n);
  prepare();
}

void RuleDriver::cut() {
  // A rule for whole parameters gets them whole.
  const auto most = is(PH_OPT_MATRIX | PH_OPT_CLOSURE) ? INT64_MAX : piece_;
  pieces_.clear();
  slot_pointers_.clear();
  slot_at_.clear();
  first_piece_.assign(1, 0);
  for (std::size_t i = 0; i < params_.size(); ++i) {
    const auto& param = params_[i];
    const auto tensors = slot_tensors(slots_, param.dtype, param.shape);
    for (std::int64_t begin = 0; begin < param.numel || (begin == 0 && most == INT64_MAX);) {
      pieces_.push_back({i, begin});
      slot_at_.push_back(slot_pointers_.size());
      for (std::size_t s = 0; s < tensors.size(); ++s) {
        auto* data = static_cast<char*>(param.slots[s]);
        const auto offset = tensors[s].as_param ? begin * tensors[s].dtype.bits / 8 : 0;
        slot_pointers_.push_back(data == nullptr ? nullptr : data + offset);
      }
      if (most == INT64_MAX) break;
      begin += most;
    }
    first_piece_.push_back(pieces_.size());
  }
  slot_pointers_.push_back(nullptr);  // an address to point to for rules without slots
}

void RuleDriver::prepare() {
  facts_.clear();
  fact_pointers_.clear();
  for (std::size_t i = 0; i < params_.size(); ++i)
    facts_.push_back(facts_of(params_[i], static_cast<std::uint32_t>(i)));
  for (const auto& facts : facts_) fact_pointers_.push_back(&facts);
  if (!api_.prepare) return;
  ph_layout layout{};
  layout.size = sizeof layout;
  layout.generation = 1;
  layout.params = fact_pointers_.data();
  layout.n_params = static_cast<std::int64_t>(facts_.size());
  rule_.check(api_.prepare(rule_.self(), &layout), "prepare");
}

void RuleDriver::update(const Hypers& hypers, const Evaluate& evaluate, double loss) {
  if (is(PH_OPT_CLOSURE)) return update_closure(hypers, evaluate, loss);
  active_.clear();
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (params_[i].grad == nullptr) continue;
    ++params_[i].step;
    if (params_[i].numel > 0) active_.push_back(i);
  }
  if (is(PH_OPT_PASSES)) return update_passes(hypers);
  if (is(PH_OPT_MATRIX)) return update_matrices(hypers);
  update_elementwise(hypers);
}

void RuleDriver::write_eval(const Hypers& hypers) {
  active_.clear();
  for (std::size_t i = 0; i < params_.size(); ++i) {
    if (params_[i].step > 0 && params_[i].numel > 0) active_.push_back(i);
  }
  run_pass(hypers, 0, PH_PURPOSE_EVAL);
}

// Writes the spans of a parameter from spans_[at] on; where the next ones go.
std::size_t RuleDriver::place(std::size_t index, bool with_grad, std::size_t at) {
  const auto& param = params_[index];
  const auto bytes = static_cast<std::int64_t>(param.dtype.bits / 8);
  auto* data = static_cast<char*>(param.data);
  const auto* grad = with_grad ? static_cast<const char*>(param.grad) : nullptr;
  for (auto c = first_piece_[index]; c < first_piece_[index + 1]; ++c) {
    const auto begin = pieces_[c].begin;
    const auto end = c + 1 < first_piece_[index + 1] ? pieces_[c + 1].begin : param.numel;
    spans_[at++] = {data + begin * bytes,
                    grad == nullptr ? nullptr : grad + begin * bytes,
                    end - begin,
                    param.step,
                    &slot_pointers_[slot_at_[c]],
                    static_cast<std::uint32_t>(index),
                    0};
  }
  return at;
}

void RuleDriver::scalars_of(const std::vector<double>& hyper, std::int64_t step, std::int32_t purpose,
                            double* out) {
  ph_scalars_args args{};
  args.size = sizeof args;
  args.hyper = hyper.data();
  args.n_hyper = static_cast<std::int64_t>(hyper.size());
  args.step = step;
  args.out = out;
  args.n_out = api_.n_scalars;
  args.purpose = purpose;
  rule_.check(api_.scalars(rule_.self(), &args), "scalars");
}

void RuleDriver::scalars_of(std::size_t index, const std::vector<double>& hyper, std::int32_t purpose,
                            std::int32_t pass, double* out) {
  const auto& param = params_[index];
  ph_scalars_args args{};
  args.size = sizeof args;
  args.hyper = hyper.data();
  args.n_hyper = static_cast<std::int64_t>(hyper.size());
  args.step = param.step;
  args.out = out;
  args.n_out = api_.n_scalars;
  args.purpose = purpose;
  args.pass = pass;
  args.index = static_cast<std::uint32_t>(index);
  args.numel = param.numel;
  args.sums = sums_.data() + index * static_cast<std::size_t>(api_.n_passes * api_.n_sums);
  args.totals = totals_.data();
  args.slot = param.slots.data();
  rule_.check(api_.scalars(rule_.self(), &args), "scalars");
}

}  // namespace ph
