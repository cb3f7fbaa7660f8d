#include "rule/rule_run.hpp"

#include <algorithm>
#include <cstring>

namespace ph {
namespace {

std::vector<std::int64_t> row_major(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * std::max<std::int64_t>(1, shape[i]);
  return strides;
}

template <class T>
void fill_ones(std::vector<std::byte>& data) {
  const T one = 1;
  for (std::size_t at = 0; at < data.size(); at += sizeof one) std::memcpy(&data[at], &one, sizeof one);
}

std::vector<std::byte> first_content(const SlotTensor& slot, const RunParam* param) {
  std::vector<std::byte> data(static_cast<std::size_t>(numel_of(slot.shape) * slot.dtype.bits / 8));
  if (slot.init == PH_SLOT_ONES) {
    if (slot.dtype.code == PH_DTYPE_INT) {
      fill_ones<std::int64_t>(data);
    } else if (slot.dtype.bits == 64) {
      fill_ones<double>(data);
    } else {
      fill_ones<float>(data);
    }
  }
  if (slot.init != PH_SLOT_COPY) return data;
  if (data.size() == param->data.size()) return param->data;
  // The same numbers in another width.
  for (std::int64_t i = 0; i < numel_of(slot.shape); ++i) {
    const auto at = static_cast<std::size_t>(i);
    if (slot.dtype.bits == 64) {
      const double value = static_cast<double>(reinterpret_cast<const float*>(param->data.data())[at]);
      std::memcpy(&data[at * sizeof value], &value, sizeof value);
    } else {
      const auto value = static_cast<float>(reinterpret_cast<const double*>(param->data.data())[at]);
      std::memcpy(&data[at * sizeof value], &value, sizeof value);
    }
  }
  return data;
}

}  // namespace

RuleRun::RuleRun(const PluginInstance& rule, int bits, std::vector<RunParam> params, std::int64_t piece)
    : driver_{rule, piece}, params_{std::move(params)} {
  const ph_dtype type{PH_DTYPE_FLOAT, static_cast<std::uint8_t>(bits), 1};
  std::vector<RuleParam> all;
  for (std::size_t i = 0; i < params_.size(); ++i) {
    auto& param = params_[i];
    all.push_back({param.name,
                   type,
                   param.shape,
                   row_major(param.shape),
                   numel_of(param.shape),
                   param.data.data(),
                   nullptr,
                   {},
                   0,
                   param.group});
    for (auto& slot : slot_tensors(driver_.slots(), type, param.shape)) {
      if (!slot.present) {
        all.back().slots.push_back(nullptr);
        continue;
      }
      auto data = first_content(slot, &param);
      // The bytes stay where they are when the vector moves.
      all.back().slots.push_back(data.data());
      const auto name = slot.name;
      state_.push_back({name, i, std::move(slot), std::move(data)});
    }
  }
  std::vector<void*> globals;
  for (auto& slot : global_tensors(driver_.slots())) {
    auto data = first_content(slot, nullptr);
    globals.push_back(data.data());
    const auto name = slot.name;
    globals_.push_back({name, 0, std::move(slot), std::move(data)});
  }
  driver_.set_params(std::move(all), std::move(globals));
}

}  // namespace ph
