// ELEMENTWISE rules. Groups for display are not groups for stepping: whatever has equal numbers goes in
// one call.
#include <algorithm>
#include <atomic>
#include <bit>

#include "rule/range_call.hpp"
#include "rule/rule_driver.hpp"
#include "service/share_out.hpp"

namespace ph {
namespace {

std::uint64_t hash_of(const std::vector<double>& values) noexcept {
  std::uint64_t hash = 0;
  // Zero has two signs that compare equal.
  for (const double value : values) hash = mix(hash, std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value));
  return hash;
}

bool same_type(ph_dtype a, ph_dtype b) noexcept { return a.code == b.code && a.bits == b.bits; }

}  // namespace

// members_ holds the active parameters, bucket by bucket; a bucket has equal hyper-parameters, step, type.
void RuleDriver::sort_into_buckets(const Hypers& hypers) {
  groups_.clear();
  for (std::size_t g = 0; g < class_of_.size(); ++g) {
    class_of_[g] =
        groups_.add(g, hash_of(hypers[g]), [&](std::size_t other) { return hypers[other] == hypers[g]; });
  }
  buckets_.clear();
  std::fill(bucket_end_.begin(), bucket_end_.end(), 0);
  for (const auto i : active_) {
    const auto& param = params_[i];
    const auto hash = mix(mix(class_of_[param.group], static_cast<std::uint64_t>(param.step)),
                          param.dtype.code * 256U + param.dtype.bits);
    bucket_of_[i] = buckets_.add(i, hash, [&](std::size_t other) {
      const auto& first = params_[other];
      return class_of_[first.group] == class_of_[param.group] && first.step == param.step &&
             same_type(first.dtype, param.dtype);
    });
    ++bucket_end_[bucket_of_[i] + 1];
  }
  for (std::size_t b = 0; b < buckets_.size(); ++b) bucket_end_[b + 1] += bucket_end_[b];
  // bucket_end_[b] is where bucket b begins; filling moves it to where it ends.
  for (const auto i : active_) members_[bucket_end_[bucket_of_[i]]++] = i;
}

void RuleDriver::update_elementwise(const Hypers& hypers) {
  sort_into_buckets(hypers);
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) range_of_bucket(bucket, hypers);
}

void RuleDriver::range_of_bucket(std::size_t bucket, const Hypers& hypers) {
  const auto& first = params_[buckets_.first(bucket)];
  scalars_of(hypers[first.group], first.step, PH_PURPOSE_UPDATE, scalars_.data());
  std::size_t n = 0;
  for (auto m = bucket == 0 ? 0 : bucket_end_[bucket - 1]; m < bucket_end_[bucket]; ++m) {
    n = place(members_[m], true, n);
  }
  const auto args = range_args(api_, first.dtype, PH_PURPOSE_UPDATE, 0);
  std::atomic<std::int32_t> status{PH_OK};
  const auto body = [&](std::int64_t begin, std::int64_t end) {
    auto mine = args;
    mine.spans = &spans_[static_cast<std::size_t>(begin)];
    mine.n_spans = end - begin;
    mine.scalars = scalars_.data();
    const auto result = api_.range(rule_.self(), &mine);
    if (result != PH_OK) status = result;
  };
  share_out(static_cast<std::int64_t>(n), body);
  rule_.check(status, "range");
}

}  // namespace ph
