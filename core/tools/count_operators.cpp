#include "tools/count_operators.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace ph {
namespace {

std::int64_t elements(const Shape& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// A call with the shapes of what it was given.
class CountedCall {
 public:
  CountedCall(const OperatorTrace& trace, const TracedCall& call) : trace_(trace), call_(call) {}
  /// Shape of the tensor at `argument`; empty when there is none.
  [[nodiscard]] Shape shape(std::size_t argument) const {
    if (argument >= call_.arguments.size()) return {};
    const auto* id = std::get_if<ValueId>(&call_.arguments[argument]);
    return id && id->present() ? trace_.values[id->index].shape : Shape{};
  }
  [[nodiscard]] bool has(std::size_t argument) const {
    return argument < call_.arguments.size() && std::holds_alternative<ValueId>(call_.arguments[argument]) &&
           std::get<ValueId>(call_.arguments[argument]).present();
  }
  /// Product of a list of whole numbers.
  [[nodiscard]] std::int64_t product(std::size_t argument) const {
    const auto* list =
        argument < call_.arguments.size() ? std::get_if<Shape>(&call_.arguments[argument]) : nullptr;
    if (!list) return 1;
    return list->size() == 1 ? list->front() * list->front() : elements(*list);
  }
  [[nodiscard]] std::int64_t out() const { return elements(trace_.values[call_.outputs.front()].shape); }
  [[nodiscard]] std::int64_t in() const { return elements(shape(0)); }
  [[nodiscard]] const Shape& out_shape() const { return trace_.values[call_.outputs.front()].shape; }
  [[nodiscard]] const TracedCall& call() const { return call_; }
  [[nodiscard]] const OperatorTrace& trace() const { return trace_; }

 private:
  const OperatorTrace& trace_;
  const TracedCall& call_;
};

struct Work {
  std::int64_t macs = 0, more = 0;  ///< `more`: floating-point operations besides
};
using Rule = std::function<Work(const CountedCall&)>;

// Weights O x C / groups x kernel: each output takes one product with each weight of its channel.
Work of_conv(const CountedCall& c) {
  const auto weight = c.shape(1);
  return {c.out() * elements(weight) / weight.front(), c.has(2) ? c.out() : 0};
}
// Weights C x O / groups x kernel: each input element is multiplied with all of its channel.
Work of_deconv(const CountedCall& c) {
  const auto weight = c.shape(1);
  return {c.in() * elements(weight) / weight.front(), c.has(2) ? c.out() : 0};
}
// As a convolution; a sample between pixels costs four products and three sums, a factor one product more.
Work of_deform_conv(const CountedCall& c) {
  const auto weight = c.shape(1), input = c.shape(0);
  const auto& output = c.out_shape();
  const auto samples = input[0] * input[1] * weight[2] * weight[3] * output[2] * output[3];
  return {c.out() * elements(weight) / weight.front(),
          samples * (c.has(3) ? 8 : 7) + (c.has(4) ? c.out() : 0)};
}
Work of_linear(const CountedCall& c) { return {c.out() * c.shape(1).back(), c.has(2) ? c.out() : 0}; }
Work of_matmul(const CountedCall& c) { return {c.out() * c.shape(0).back(), 0}; }
Work of_addmm(const CountedCall& c) { return {c.out() * c.shape(1).back(), c.out()}; }

Rule each_output(std::int64_t operations) {
  return [operations](const CountedCall& c) { return Work{0, operations * c.out()}; };
}
Work of_pool(const CountedCall& c) { return {0, c.out() * c.product(1)}; }
Work nothing(const CountedCall&) { return {}; }

const std::map<std::string, Rule>& rules() {
  static const std::map<std::string, Rule> all = [] {
    std::map<std::string, Rule> table;
    const auto add = [&table](const Rule& rule, std::initializer_list<const char*> names) {
      for (const char* name : names) {
        const std::string op =
            std::string(name).find("::") == std::string::npos ? std::string("aten::") + name : name;
        table[op] = table[op + "_"] = rule;  // in place likewise
      }
    };
    add(of_conv, {"conv1d", "conv2d", "conv3d", "convolution"});
    add(of_deconv, {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"});
    add(of_deform_conv, {"posehost::deform_conv2d"});
    add(of_linear, {"linear"});
    add(of_matmul, {"matmul", "mm", "bmm"});
    add(of_addmm, {"addmm", "baddbmm"});
    // In inference a norm is a factor and a summand.
    add(each_output(2), {"batch_norm"});
    add(each_output(8), {"layer_norm", "group_norm", "instance_norm"});
    add(each_output(1),
        {"relu", "hardtanh", "relu6", "clamp", "leaky_relu", "add", "sub", "mul", "div", "neg", "abs"});
    add(each_output(4), {"sigmoid", "tanh", "hardsigmoid", "hardswish", "silu", "elu", "exp", "log", "sqrt"});
    add(each_output(5), {"softmax", "log_softmax"});
    add(each_output(8), {"gelu"});
    add(each_output(7), {"upsample_bilinear2d"});
    add(of_pool, {"max_pool2d", "avg_pool2d"});
    add([](const CountedCall& c) { return Work{0, c.in()}; }, {"adaptive_avg_pool2d", "mean", "sum", "amax"});
    add(nothing, {"upsample_nearest2d",
                  "cat",
                  "stack",
                  "view",
                  "reshape",
                  "flatten",
                  "unflatten",
                  "contiguous",
                  "to",
                  "narrow",
                  "slice",
                  "select",
                  "permute",
                  "transpose",
                  "unsqueeze",
                  "squeeze",
                  "chunk",
                  "split",
                  "clone",
                  "detach",
                  "t",
                  "dropout",
                  "empty",
                  "zeros",
                  "ones",
                  "full",
                  "arange",
                  "copy",
                  "expand",
                  "pixel_shuffle",
                  "index_select"});
    return table;
  }();
  return all;
}

bool has_upsample(const OperatorTrace& trace, const std::string& module) {
  const auto prefix = module + ".";
  for (auto at = trace.modules.lower_bound(prefix);
       at != trace.modules.end() && at->first.starts_with(prefix); ++at) {
    if (at->second == "Upsample" && at->first.find('.', prefix.size()) == std::string::npos) return true;
  }
  return false;
}

// mmcv watches modules, each by a rule of its own; what functions compute it does not see.
std::int64_t mmcv_flops(const CountedCall& c) {
  auto op = c.call().op;
  if (op.ends_with('_')) op.pop_back();
  const auto is = [&op](std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(),
                       [&](const char* name) { return op == std::string("aten::") + name; });
  };
  if (is({"conv1d", "conv2d", "conv3d"})) {
    const auto work = of_conv(c);
    return work.macs + work.more;
  }
  if (is({"conv_transpose2d"})) {
    const auto work = of_deconv(c);
    return work.macs + work.more;
  }
  if (is({"linear"})) return of_linear(c).macs;
  if (is({"addmm"})) return of_addmm(c).macs;  // a linear layer with a bias
  if (is({"batch_norm", "group_norm", "instance_norm", "layer_norm"})) return c.in() * (c.has(1) ? 2 : 1);
  if (is({"relu", "hardtanh", "relu6", "leaky_relu", "elu"})) return c.out();
  if (is({"max_pool2d", "avg_pool2d", "adaptive_avg_pool2d"})) return c.in();
  if (is({"upsample_nearest2d", "upsample_bilinear2d"}))
    return has_upsample(c.trace(), c.call().module) ? c.out() : 0;
  return 0;
}

std::string parent_of(const std::string& name) {
  return name.substr(0, std::min(name.rfind('.'), name.size()));
}

class Counter {
 public:
  Counter(const OperatorTrace& trace, CountConvention convention) : trace_(trace), convention_(convention) {
    made_.input = trace.values[trace.input].shape;
    for (const auto& param : trace.parameters) {
      made_.parameter_bytes += param.bytes;
      if (param.buffer) continue;
      made_.params += param.elements;
      if (param.trainable) made_.trainable_params += param.elements;
      if (param.trainable || convention == CountConvention::posehost)
        params_of_[parent_of(param.name)] += param.elements;
    }
    storages_.insert(trace.values[trace.input].storage);
    made_.peak_activation_bytes = ph::peak_activation_bytes(trace);
  }

  NetworkCount count() {
    for (const auto& call : trace_.calls) made_.operators.push_back(count(call));
    for (const auto& each : made_.operators) {
      made_.macs += each.macs;
      made_.flops += each.flops;
      made_.activation_bytes += each.activation_bytes;
    }
    return std::move(made_);
  }

 private:
  OperatorCount count(const TracedCall& call) {
    const CountedCall counted(trace_, call);
    OperatorCount row{call.module, call.op, counted.out_shape(), 0, 0, 0, 0};
    for (const auto output : call.outputs) {
      const auto& value = trace_.values[output];
      if (storages_.insert(value.storage).second) row.activation_bytes += value.bytes;
    }
    const auto rule = rules().find(call.op);
    const auto work = rule == rules().end() ? Work{} : rule->second(counted);
    if (call.has_parameters && work.macs + work.more > 0)
      row.params = std::exchange(params_of_[call.module], 0);
    if (convention_ == CountConvention::mmcv) {
      row.macs = row.flops = mmcv_flops(counted);
      return row;
    }
    if (rule == rules().end()) made_.uncounted.insert(call.op);
    row.macs = work.macs;
    row.flops = 2 * work.macs + work.more;
    return row;
  }

  const OperatorTrace& trace_;
  CountConvention convention_;
  NetworkCount made_;
  std::map<std::string, std::int64_t> params_of_;  ///< by module, until its first call
  std::set<std::size_t> storages_;
};

std::string cut(const std::string& name, std::size_t depth) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < depth; ++i) {
    at = name.find('.', at);
    if (at == std::string::npos) return name;
    if (i + 1 < depth) ++at;
  }
  return name.substr(0, at);
}

}  // namespace

NetworkCount count_operators(const OperatorTrace& trace, CountConvention convention) {
  return Counter(trace, convention).count();
}

std::vector<OperatorCount> rows_by_depth(const NetworkCount& count, std::size_t depth) {
  if (depth == 0) return count.operators;
  std::vector<OperatorCount> rows;
  std::map<std::string, std::size_t> place;
  for (const auto& each : count.operators) {
    const auto name = cut(each.module, depth);
    const auto [at, is_new] = place.emplace(name, rows.size());
    if (is_new) rows.push_back({name, {}, {}, 0, 0, 0, 0});
    auto& row = rows[at->second];
    row.output = each.output;  // of the last
    row.params += each.params;
    row.macs += each.macs;
    row.flops += each.flops;
    row.activation_bytes += each.activation_bytes;
  }
  return rows;
}

}  // namespace ph
