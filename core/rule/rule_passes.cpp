// PASSES rules, and the weights that MODE rules evaluate.
#include <algorithm>
#include <atomic>

#include "rule/range_call.hpp"
#include "rule/rule_driver.hpp"
#include "service/share_out.hpp"

namespace ph {

void RuleDriver::update_passes(const Hypers& hypers) {
  std::fill(sums_.begin(), sums_.end(), 0.0);
  std::fill(totals_.begin(), totals_.end(), 0.0);
  for (std::int32_t pass = 0; pass < api_.n_passes; ++pass) run_pass(hypers, pass, PH_PURPOSE_UPDATE);
}

void RuleDriver::run_pass(const Hypers& hypers, std::int32_t pass, std::int32_t purpose) {
  const auto n_scalars = static_cast<std::size_t>(api_.n_scalars);
  const auto n_sums = static_cast<std::size_t>(api_.n_sums);
  std::size_t n = 0;
  for (const auto i : active_) {
    scalars_of(i, hypers[params_[i].group], purpose, pass, scalars_.data() + i * n_scalars);
    n = place(i, purpose == PH_PURPOSE_UPDATE, n);
  }
  std::fill(piece_sums_.begin(), piece_sums_.end(), 0.0);
  std::atomic<std::int32_t> status{PH_OK};
  const auto body = [&](std::int64_t from, std::int64_t to) {
    const auto end = static_cast<std::size_t>(to);
    for (auto begin = static_cast<std::size_t>(from); begin < end;) {
      const auto index = spans_[begin].index;
      auto next = begin + 1;
      while (next < end && spans_[next].index == index) ++next;
      auto args = range_args(api_, params_[index].dtype, purpose, pass);
      args.spans = &spans_[begin];
      args.n_spans = static_cast<std::int64_t>(next - begin);
      args.scalars = scalars_.data() + index * n_scalars;
      args.sums = n_sums == 0 ? nullptr : &piece_sums_[begin * n_sums];
      const auto result = api_.range(rule_.self(), &args);
      if (result != PH_OK) status = result;
      begin = next;
    }
  };
  share_out(static_cast<std::int64_t>(n), body);
  rule_.check(status, "range");
  if (n_sums > 0 && purpose == PH_PURPOSE_UPDATE) add_sums(pass, n);
}

// Piece by piece, then parameter by parameter: the same order for any number of threads.
void RuleDriver::add_sums(std::int32_t pass, std::size_t n_spans) {
  const auto n_sums = static_cast<std::size_t>(api_.n_sums);
  const auto row = static_cast<std::size_t>(pass) * n_sums;
  const auto of_param = static_cast<std::size_t>(api_.n_passes) * n_sums;
  for (std::size_t s = 0; s < n_spans; ++s) {
    auto* sums = &sums_[spans_[s].index * of_param + row];
    for (std::size_t k = 0; k < n_sums; ++k) sums[k] += piece_sums_[s * n_sums + k];
  }
  for (const auto i : active_) {
    // A parameter may be spread over ranks.
    auto* sums = &sums_[i * of_param + row];
    if (const auto* reduce = services().all_reduce) {
      rule_.check(reduce->sum(reduce->ctx, sums, api_.n_sums), "the sums of a pass");
    }
    for (std::size_t k = 0; k < n_sums; ++k) totals_[row + k] += sums[k];
  }
}

}  // namespace ph
