#include "check/checked_run.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

namespace ph {
namespace {

constexpr unsigned char guard = 0xA5;
constexpr std::size_t guard_bytes = 256;

/// A number in [-1, 1) for a place; never 0 by accident of the formula alone.
double number_at(std::size_t param, std::size_t element, std::int64_t step) {
  std::uint64_t z = (param + 1) * 0x9E3779B97F4A7C15 + (element + 1) * 0xD1342543DE82EF95 +
                    static_cast<std::uint64_t>(step + 1) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<double>((z ^ (z >> 31)) >> 40) / 8388608.0 - 1.0;
}

void put(char* at, std::size_t i, int bits, double value) {
  if (bits == 64) {
    std::memcpy(at + i * 8, &value, 8);
  } else {
    const auto narrow = static_cast<float>(value);
    std::memcpy(at + i * 4, &narrow, 4);
  }
}

double get(const char* at, std::size_t i, int bits) {
  if (bits == 64) {
    double value = 0;
    std::memcpy(&value, at + i * 8, 8);
    return value;
  }
  float value = 0;
  std::memcpy(&value, at + i * 4, 4);
  return static_cast<double>(value);
}

std::vector<std::int64_t> dense_strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = strides[i] * std::max<std::int64_t>(1, shape[i]);
  return strides;
}

void fill_slot(const SlotTensor& slot, const GuardedBytes& memory, const GuardedBytes* param) {
  std::memset(memory.data(), 0, memory.size());
  if (slot.init == PH_SLOT_COPY && param != nullptr) {
    std::memcpy(memory.data(), param->data(), std::min(memory.size(), param->size()));
  } else if (slot.init == PH_SLOT_ONES) {
    for (std::size_t i = 0; i < memory.size() / (slot.dtype.bits / 8); ++i) {
      if (slot.dtype.code == PH_DTYPE_INT) {
        const std::int64_t one = 1;
        std::memcpy(memory.data() + i * 8, &one, 8);
      } else {
        put(memory.data(), i, slot.dtype.bits, 1);
      }
    }
  }
}

std::size_t bytes_of(const SlotTensor& slot) {
  return static_cast<std::size_t>(numel_of(slot.shape)) * slot.dtype.bits / 8;
}

std::string copy_of(const GuardedBytes& memory) { return {memory.data(), memory.size()}; }

}  // namespace

GuardedBytes::GuardedBytes(std::size_t bytes, std::size_t alignment) : size_{bytes} {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const auto rounded = (bytes + alignment - 1) / alignment * alignment;
  mapped_ = (rounded + guard_bytes + page - 1) / page * page + page;
  void* map = ::mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (map == MAP_FAILED) throw std::bad_alloc();
  map_ = static_cast<char*>(map);
  ::mprotect(map_ + mapped_ - page, page, PROT_NONE);
  data_ = map_ + mapped_ - page - rounded;
  std::memset(map_, guard, mapped_ - page);
}
GuardedBytes::GuardedBytes(GuardedBytes&& other) noexcept
    : map_{std::exchange(other.map_, nullptr)},
      mapped_{other.mapped_},
      size_{other.size_},
      data_{other.data_} {}
GuardedBytes::~GuardedBytes() {
  if (map_ != nullptr) ::munmap(map_, mapped_);
}
bool GuardedBytes::intact() const noexcept {
  const auto untouched = [](char c) { return static_cast<unsigned char>(c) == guard; };
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return std::all_of(map_, data_, untouched) && std::all_of(data_ + size_, map_ + mapped_ - page, untouched);
}

std::int64_t CheckedRun::state_bytes(const PluginInstance& rule, const Setup& setup) {
  std::int64_t bytes = 0;
  const auto slots = slots_of(rule);
  const ph_dtype dtype{PH_DTYPE_FLOAT, static_cast<std::uint8_t>(setup.bits), 1};
  for (const auto& slot : slots) {
    // Counted without making a list of what may be absurdly many.
    if (slot.count > 100000) return INT64_MAX;
  }
  for (const auto& shape : setup.shapes) {
    for (const auto& tensor : slot_tensors(slots, dtype, shape)) {
      if (tensor.present) bytes += static_cast<std::int64_t>(bytes_of(tensor));
    }
  }
  for (const auto& tensor : global_tensors(slots)) bytes += static_cast<std::int64_t>(bytes_of(tensor));
  return bytes;
}

CheckedRun::CheckedRun(CaseRun& run, const Json& args, Setup setup)
    : run_{run},
      setup_{std::move(setup)},
      rule_{std::make_unique<PluginInstance>(run.component(), Node::from_json(args, "arguments"))} {
  const auto bits = static_cast<std::size_t>(setup_.bits);
  const ph_dtype dtype{PH_DTYPE_FLOAT, static_cast<std::uint8_t>(bits), 1};
  if (state_bytes(*rule_, setup_) > 256 << 20) {
    throw Error(ErrorKind::environment, "these arguments keep more state than a check has room for");
  }
  driver_ = std::make_unique<RuleDriver>(*rule_, setup_.piece);
  if (setup_.numbers.empty()) {
    for (std::size_t i = 0; i < setup_.shapes.size(); ++i) setup_.numbers.push_back(i);
  }
  std::vector<double> values;
  for (const auto& hyper : hypers_of(*rule_)) values.push_back(hyper.initial);
  hypers_.push_back(values);
  std::vector<RuleParam> params;
  for (std::size_t i = 0; i < setup_.shapes.size(); ++i) {
    const auto& shape = setup_.shapes[i];
    RuleParam param;
    param.name = "layer" + std::to_string(setup_.numbers[i]) + ".weight";
    param.dtype = dtype;
    param.shape = shape;
    param.strides = dense_strides(shape);
    param.numel = numel_of(shape);
    const auto n = static_cast<std::size_t>(param.numel);
    auto& data = data_.emplace_back(n * bits / 8, bits / 8);
    grads_.emplace_back(n * bits / 8, bits / 8);
    for (std::size_t k = 0; k < n; ++k) {
      put(data.data(), k, setup_.bits, number_at(setup_.numbers[i], setup_.first_element + k, -1));
    }
    param.data = data.data();
    names_.push_back(param.name);
    dtypes_.push_back(dtype);
    for (const auto& tensor : slot_tensors(driver_->slots(), dtype, shape)) {
      auto& memory = slots_.emplace_back(tensor.present ? bytes_of(tensor) : 0, tensor.dtype.bits / 8);
      fill_slot(tensor, memory, &data);
      param.slots.push_back(tensor.present ? memory.data() : nullptr);
      names_.push_back(tensor.name + " of " + param.name);
      dtypes_.push_back(tensor.dtype);
    }
    params.push_back(std::move(param));
  }
  std::vector<void*> globals;
  for (const auto& tensor : global_tensors(driver_->slots())) {
    auto& memory = globals_.emplace_back(bytes_of(tensor), tensor.dtype.bits / 8);
    fill_slot(tensor, memory, nullptr);
    globals.push_back(memory.data());
    names_.push_back(tensor.name);
    dtypes_.push_back(tensor.dtype);
  }
  given_.resize(params.size());
  run_.call("prepare", [&] {
    driver_->set_params(std::move(params), std::move(globals));
    return 0;
  });
}

std::int64_t CheckedRun::elements() const noexcept {
  std::int64_t n = 0;
  for (const auto& shape : setup_.shapes) n += numel_of(shape);
  return n;
}

void CheckedRun::fill_gradients(std::int64_t k, const std::vector<std::size_t>& absent) {
  auto& params = driver_->params();
  for (std::size_t i = 0; i < params.size(); ++i) {
    const bool there = std::find(absent.begin(), absent.end(), i) == absent.end();
    const auto& grad = grads_[i];
    params[i].grad = there ? grad.data() : nullptr;
    const auto n = static_cast<std::size_t>(params[i].numel);
    for (std::size_t e = 0; e < n; ++e) {
      const auto value = number_at(setup_.numbers[i], setup_.first_element + e, k) * setup_.scale;
      put(grad.data(), e, setup_.bits, value);
    }
    if (poisoned_ && n > 0) put(grad.data(), n / 2, setup_.bits, static_cast<double>(poison_));
    given_[i].assign(grad.data(), grad.size());
  }
}

/// A bowl for each parameter, whose bottom is at fixed places.
double CheckedRun::evaluate() {
  double loss = 0;
  auto& params = driver_->params();
  for (std::size_t i = 0; i < params.size(); ++i) {
    for (std::size_t e = 0; e < static_cast<std::size_t>(params[i].numel); ++e) {
      const double bottom = number_at(setup_.numbers[i], setup_.first_element + e, 7);
      const double steep = 1.5 + number_at(setup_.numbers[i], e, 8);
      const double away = get(data_[i].data(), e, setup_.bits) - bottom;
      loss += 0.5 * steep * away * away;
      if (params[i].grad != nullptr) put(grads_[i].data(), e, setup_.bits, steep * away);
    }
    given_[i].assign(grads_[i].data(), grads_[i].size());
  }
  return loss;
}

void CheckedRun::step(std::int64_t k, const std::vector<std::size_t>& absent) {
  fill_gradients(k, absent);
  update(k);
}
void CheckedRun::step_again(std::int64_t k) { update(k); }

void CheckedRun::update(std::int64_t k) {
  const bool closure = driver_->is(PH_OPT_CLOSURE);
  const double loss = closure && !poisoned_ ? evaluate() : 1.0;
  run_.call("update " + std::to_string(k), [&] {
    driver_->update(hypers_,
                    closure ? RuleDriver::Evaluate{[&] { return poisoned_ ? NAN : evaluate(); }} : nullptr,
                    loss);
    return 0;
  });
}

void CheckedRun::write_eval() {
  run_.call("the weights to evaluate", [&] {
    driver_->write_eval(hypers_);
    return 0;
  });
}

CheckedRun::State CheckedRun::state() const {
  State state;
  std::size_t slot = 0;
  const auto slots_each = data_.empty() ? 0 : slots_.size() / data_.size();
  for (const auto& data : data_) {
    state.tensors.push_back(copy_of(data));
    for (std::size_t s = 0; s < slots_each; ++s) state.tensors.push_back(copy_of(slots_[slot++]));
  }
  for (const auto& memory : globals_) state.tensors.push_back(copy_of(memory));
  state.names = names_;
  state.dtypes = dtypes_;
  for (const auto& param : driver_->params()) state.steps.push_back(param.step);
  state.closure_steps = driver_->closure_steps;
  return state;
}

void CheckedRun::load(const State& state) {
  std::size_t at = 0, slot = 0;
  const auto copy = [&](const GuardedBytes& to) {
    std::memcpy(to.data(), state.tensors[at].data(), to.size());
    ++at;
  };
  const auto slots_each = data_.empty() ? 0 : slots_.size() / data_.size();
  for (const auto& data : data_) {
    copy(data);
    for (std::size_t s = 0; s < slots_each; ++s) copy(slots_[slot++]);
  }
  for (const auto& memory : globals_) copy(memory);
  for (std::size_t i = 0; i < state.steps.size(); ++i) driver_->params()[i].step = state.steps[i];
  driver_->closure_steps = state.closure_steps;
}

void CheckedRun::check_bounds(const std::string& during) {
  const auto all_intact = [](const std::vector<GuardedBytes>& list) {
    return std::all_of(list.begin(), list.end(), [](const auto& memory) { return memory.intact(); });
  };
  if (!all_intact(data_)) run_.fail("writes outside a parameter during " + during);
  if (!all_intact(grads_)) run_.fail("writes outside a gradient during " + during);
  if (!all_intact(slots_) || !all_intact(globals_)) run_.fail("writes outside a slot during " + during);
  for (std::size_t i = 0; i < grads_.size(); ++i) {
    if (copy_of(grads_[i]) != given_[i]) run_.fail("writes to a gradient during " + during);
  }
}

std::string difference(const CheckedRun::State& a, const CheckedRun::State& b) {
  if (a.steps != b.steps) return "the number of updates";
  if (a.tensors.size() != b.tensors.size()) return "the number of tensors";
  for (std::size_t t = 0; t < a.tensors.size(); ++t) {
    const auto &x = a.tensors[t], &y = b.tensors[t];
    if (x == y) continue;
    if (x.size() != y.size()) return "the size of " + a.names[t];
    const int bits = a.dtypes[t].bits;
    const auto width = static_cast<std::size_t>(bits) / 8;
    for (std::size_t i = 0; i < x.size() / width; ++i) {
      if (std::memcmp(x.data() + i * width, y.data() + i * width, width) == 0) continue;
      const bool real = a.dtypes[t].code == PH_DTYPE_FLOAT;
      const double u = real ? get(x.data(), i, bits) : 0, v = real ? get(y.data(), i, bits) : 0;
      if (real && std::isnan(u) && std::isnan(v)) continue;
      return a.names[t] + "[" + std::to_string(i) + "] is " + std::to_string(u) + " and " + std::to_string(v);
    }
  }
  return {};
}

}  // namespace ph
