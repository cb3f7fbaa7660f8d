#include "trace/operator_trace.hpp"

#include <algorithm>
#include <set>

namespace ph {
namespace {

std::string parent_of(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos ? std::string{} : name.substr(0, dot);
}

bool is_list(const OperatorTrace& trace, const std::string& module) {
  const auto found = trace.modules.find(module);
  return found != trace.modules.end() && (found->second == "Sequential" || found->second == "ModuleList");
}

/// Which module each value belongs to: parameters, and parameters transposed for a product.
class Owners {
 public:
  explicit Owners(const OperatorTrace& trace) {
    for (const auto& value : trace.values)
      all_.push_back(value.parameter.empty() ? std::string{} : parent_of(value.parameter));
  }
  std::string of(const TracedCall& call) {
    for (const auto input : inputs_of(call)) {
      if (all_[input].empty()) continue;
      if (call.op == "aten::t") all_[call.outputs.front()] = all_[input];
      return all_[input];
    }
    return {};
  }

 private:
  std::vector<std::string> all_;
};

}  // namespace

std::vector<std::size_t> inputs_of(const TracedCall& call) {
  std::vector<std::size_t> all;
  for (const auto& argument : call.arguments) {
    if (const auto* one = std::get_if<ValueId>(&argument); one && one->present()) all.push_back(one->index);
    if (const auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
      for (const auto& each : *list) {
        if (each.present()) all.push_back(each.index);
      }
    }
  }
  return all;
}

void attribute_calls(OperatorTrace& trace) {
  Owners owners(trace);
  std::string here;  // the part in which calls without parameters run
  for (auto& call : trace.calls) {
    const auto owner = owners.of(call);
    call.has_parameters = !owner.empty();
    if (call.has_parameters) {
      call.module = owner;
      here = parent_of(owner);
      continue;
    }
    // What joins several tensors is not done by a list of layers, but by the part that has the list.
    const auto inputs = inputs_of(call);
    if (std::set<std::size_t>(inputs.begin(), inputs.end()).size() > 1) {
      while (is_list(trace, here)) here = parent_of(here);
    }
    call.module = here;
  }
}

std::size_t peak_activation_bytes(const OperatorTrace& trace) {
  constexpr std::size_t never = SIZE_MAX;
  // Of each storage: its size, and the calls between which it is there.
  struct Life {
    std::size_t bytes = 0, from = never, until = 0;
  };
  std::map<std::size_t, Life> lives;
  const auto touch = [&](std::size_t value, std::size_t when) {
    const auto& v = trace.values[value];
    if (v.data != nullptr || !v.parameter.empty()) return;
    auto& life = lives[v.storage];
    life.bytes = std::max(life.bytes, v.bytes);
    life.from = std::min(life.from, when);
    life.until = std::max(life.until, when);
  };
  touch(trace.input, 0);
  for (std::size_t i = 0; i < trace.calls.size(); ++i) {
    for (const auto value : inputs_of(trace.calls[i])) touch(value, i);
    for (const auto value : trace.calls[i].outputs) touch(value, i);
  }
  touch(trace.output, trace.calls.size());
  std::vector<std::int64_t> change(trace.calls.size() + 2, 0);
  for (const auto& [storage, life] : lives) {
    change[life.from] += static_cast<std::int64_t>(life.bytes);
    change[life.until + 1] -= static_cast<std::int64_t>(life.bytes);
  }
  std::int64_t now = 0, peak = 0;
  for (const auto step : change) peak = std::max(peak, now += step);
  return static_cast<std::size_t>(peak);
}

}  // namespace ph
