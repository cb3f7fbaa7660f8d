#include "tools/onnx_lowering.hpp"

#include <cmath>
#include <functional>
#include <limits>
#include <optional>

#include "config/error.hpp"

namespace ph {
namespace {

OnnxType onnx_type(const std::string& type, const std::string& module) {
  if (type == "float32") return OnnxType::f32;
  if (type == "float64") return OnnxType::f64;
  if (type == "float16") return OnnxType::f16;
  if (type == "int64") return OnnxType::i64;
  if (type == "uint8") return OnnxType::u8;
  throw Error(ErrorKind::config, module + ": a constant of type " + type + " is not exported");
}

/// One call on its way into the graph.
class Lowered {
 public:
  Lowered(const OperatorTrace& trace, const TracedCall& call, OnnxBuilder& builder,
          std::map<std::size_t, std::string>& names)
      : trace_(trace), call_(call), builder_(builder), names_(names) {}

  [[nodiscard]] bool has(std::size_t i) const {
    return i < call_.arguments.size() && !std::holds_alternative<std::monostate>(call_.arguments[i]) &&
           (!is_value(i) || value(i).present());
  }
  [[nodiscard]] bool is_value(std::size_t i) const {
    return std::holds_alternative<ValueId>(call_.arguments[i]);
  }
  [[nodiscard]] std::string name(std::size_t i) { return name_of(value(i).index); }
  [[nodiscard]] std::string optional_name(std::size_t i) { return has(i) ? name(i) : ""; }
  [[nodiscard]] std::string name_of(std::size_t index) {
    if (const auto found = names_.find(index); found != names_.end()) return found->second;
    const auto& v = trace_.values[index];
    if (v.data == nullptr) fail("reads a tensor that nothing made");
    const auto place = v.parameter.empty() ? call_.module + ".constant" : v.parameter;
    return names_[index] =
               builder_.constant({place, onnx_type(v.type, call_.module), v.shape, v.data, v.bytes, v.keep});
  }
  [[nodiscard]] const Shape& shape(std::size_t i) const { return trace_.values[value(i).index].shape; }
  [[nodiscard]] const Shape& out_shape() const { return trace_.values[call_.outputs.front()].shape; }
  [[nodiscard]] bool keeps_type() const {
    return trace_.values[value(0).index].type == trace_.values[call_.outputs.front()].type;
  }
  [[nodiscard]] std::int64_t whole(std::size_t i) const {
    return std::get<std::int64_t>(call_.arguments.at(i));
  }
  [[nodiscard]] bool flag(std::size_t i) const { return std::get<bool>(call_.arguments.at(i)); }
  [[nodiscard]] double number(std::size_t i) const {
    if (const auto* whole = std::get_if<std::int64_t>(&call_.arguments.at(i)))
      return static_cast<double>(*whole);
    return std::get<double>(call_.arguments.at(i));
  }
  /// A list for two dimensions; one number stands for both, none for `otherwise`.
  [[nodiscard]] Shape pair(std::size_t i, const Shape& otherwise) const {
    const auto* list = i < call_.arguments.size() ? std::get_if<Shape>(&call_.arguments[i]) : nullptr;
    if (!list || list->empty()) return otherwise;
    return list->size() == 1 ? Shape{list->front(), list->front()} : *list;
  }
  [[nodiscard]] const std::vector<ValueId>& list(std::size_t i) const {
    return std::get<std::vector<ValueId>>(call_.arguments.at(i));
  }
  /// An axis counted from the front.
  [[nodiscard]] std::int64_t axis(std::size_t i, std::size_t of) const {
    const auto at = whole(i);
    return at < 0 ? at + static_cast<std::int64_t>(shape(of).size()) : at;
  }
  [[nodiscard]] OnnxBuilder& builder() { return builder_; }
  [[nodiscard]] const std::string& place() const { return call_.module; }
  void give(const std::string& op, std::vector<std::string> inputs, OnnxBuilder::Attributes attributes = {}) {
    names_[call_.outputs.front()] = builder_.node(op, call_.module, std::move(inputs), std::move(attributes));
  }
  void pass(std::size_t i) { names_[call_.outputs.front()] = name(i); }
  /// The output is what it was given, in its own shape but for the batch.
  void give_reshaped(const std::string& from) {
    auto wanted = out_shape();
    wanted.front() = -1;
    give("Reshape", {from, builder_.ints(place() + "/shape", wanted)});
  }
  [[noreturn]] void fail(const std::string& problem, const std::string& expected = {}) const {
    throw Error(ErrorKind::config,
                (call_.module.empty() ? "the network" : call_.module) + ": " + call_.op + " " + problem,
                "opset " + std::to_string(builder_.opset()), expected);
  }
  void need_opset(int least, const std::string& what) const {
    if (builder_.opset() >= least) return;
    throw Error(ErrorKind::config, call_.module + ": " + what + " is not in this ONNX opset",
                "opset " + std::to_string(builder_.opset()), "opset " + std::to_string(least) + " or later",
                "--opset " + std::to_string(least));
  }

 private:
  [[nodiscard]] const ValueId& value(std::size_t i) const { return std::get<ValueId>(call_.arguments.at(i)); }
  const OperatorTrace& trace_;
  const TracedCall& call_;
  OnnxBuilder& builder_;
  std::map<std::size_t, std::string>& names_;
};

Shape both_ends(const Shape& padding) { return {padding[0], padding[1], padding[0], padding[1]}; }
Shape kernel_of(const Shape& weight) { return {weight.begin() + 2, weight.end()}; }

std::vector<std::string> without_last_gaps(std::vector<std::string> inputs) {
  while (!inputs.empty() && inputs.back().empty()) inputs.pop_back();
  return inputs;
}

// conv2d(input, weight, bias, stride, padding, dilation, groups)
void lower_conv(Lowered& c) {
  if (c.has(4) && !std::holds_alternative<Shape>(TracedArgument(c.pair(4, {0, 0}))))
    c.fail("has a padding by name");
  c.give("Conv", without_last_gaps({c.name(0), c.name(1), c.optional_name(2)}),
         {{"kernel_shape", kernel_of(c.shape(1))},
          {"strides", c.pair(3, {1, 1})},
          {"pads", both_ends(c.pair(4, {0, 0}))},
          {"dilations", c.pair(5, {1, 1})},
          {"group", c.has(6) ? c.whole(6) : std::int64_t{1}}});
}

// conv_transpose2d(input, weight, bias, stride, padding, output_padding, groups, dilation)
void lower_deconv(Lowered& c) {
  c.give("ConvTranspose", without_last_gaps({c.name(0), c.name(1), c.optional_name(2)}),
         {{"kernel_shape", kernel_of(c.shape(1))},
          {"strides", c.pair(3, {1, 1})},
          {"pads", both_ends(c.pair(4, {0, 0}))},
          {"output_padding", c.pair(5, {0, 0})},
          {"group", c.has(6) ? c.whole(6) : std::int64_t{1}},
          {"dilations", c.pair(7, {1, 1})}});
}

// posehost::deform_conv2d(input, weight, offset, mask, bias, stride, padding, dilation, deform_groups)
void lower_deform_conv(Lowered& c) {
  c.need_opset(19, "deformable convolution");
  c.give("DeformConv",
         without_last_gaps({c.name(0), c.name(1), c.name(2), c.optional_name(4), c.optional_name(3)}),
         {{"kernel_shape", kernel_of(c.shape(1))},
          {"strides", c.pair(5, {1, 1})},
          {"pads", both_ends(c.pair(6, {0, 0}))},
          {"dilations", c.pair(7, {1, 1})},
          {"group", c.shape(0)[1] / c.shape(1)[1]},
          {"offset_group", c.whole(8)}});
}

// batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn)
void lower_batch_norm(Lowered& c) {
  if (c.flag(5)) c.fail("works on the batch's own figures", "a network in evaluation mode");
  if (!c.has(1) || !c.has(2)) c.fail("has no scale and shift");
  c.give("BatchNormalization", {c.name(0), c.name(1), c.name(2), c.name(3), c.name(4)},
         {{"epsilon", static_cast<float>(c.number(7))}});
}

// hardtanh(input, low, high)
void lower_clip(Lowered& c) {
  auto& b = c.builder();
  c.give("Clip", {c.name(0), b.scalar(c.place() + "/low", static_cast<float>(c.number(1))),
                  b.scalar(c.place() + "/high", static_cast<float>(c.number(2)))});
}

// add(self, other, alpha)
std::function<void(Lowered&)> lower_arithmetic(const char* op) {
  return [op](Lowered& c) {
    if (c.has(2) && std::string(op) != "Mul" && std::string(op) != "Div" && c.number(2) != 1)
      c.fail("has a factor");
    const auto other = c.is_value(1)
                           ? c.name(1)
                           : c.builder().scalar(c.place() + "/number", static_cast<float>(c.number(1)));
    c.give(op, {c.name(0), other});
  };
}

std::function<void(Lowered&)> lower_plain(const char* op) {
  return [op](Lowered& c) { c.give(op, {c.name(0)}); };
}

// max_pool2d(self, kernel, stride, padding, dilation, ceil_mode)
void lower_max_pool(Lowered& c) {
  const auto kernel = c.pair(1, {});
  c.give("MaxPool", {c.name(0)},
         {{"kernel_shape", kernel},
          {"strides", c.pair(2, kernel)},
          {"pads", both_ends(c.pair(3, {0, 0}))},
          {"dilations", c.pair(4, {1, 1})},
          {"ceil_mode", std::int64_t{c.has(5) && c.flag(5)}}});
}

// avg_pool2d(self, kernel, stride, padding, ceil_mode, count_include_pad, divisor)
void lower_avg_pool(Lowered& c) {
  if (c.has(6)) c.fail("has a divisor of its own");
  const auto kernel = c.pair(1, {});
  c.give("AveragePool", {c.name(0)},
         {{"kernel_shape", kernel},
          {"strides", c.pair(2, kernel)},
          {"pads", both_ends(c.pair(3, {0, 0}))},
          {"ceil_mode", std::int64_t{c.has(4) && c.flag(4)}},
          {"count_include_pad", std::int64_t{!c.has(5) || c.flag(5)}}});
}

// adaptive_avg_pool2d(self, output_size)
void lower_adaptive_pool(Lowered& c) {
  const auto size = c.pair(1, {1, 1});
  if (size == Shape{1, 1}) return c.give("GlobalAveragePool", {c.name(0)});
  const auto height = c.shape(0)[2], width = c.shape(0)[3];
  if (height % size[0] != 0 || width % size[1] != 0) c.fail("averages over windows of different sizes");
  const Shape window{height / size[0], width / size[1]};
  c.give("AveragePool", {c.name(0)}, {{"kernel_shape", window}, {"strides", window}});
}

// linear(input, weight, bias)
void lower_linear(Lowered& c) {
  if (c.shape(0).size() == 2) {
    return c.give("Gemm", without_last_gaps({c.name(0), c.name(1), c.optional_name(2)}),
                  {{"transB", std::int64_t{1}}});
  }
  auto& b = c.builder();
  const auto turned = b.node("Transpose", c.place(), {c.name(1)}, {{"perm", Shape{1, 0}}});
  if (!c.has(2)) return c.give("MatMul", {c.name(0), turned});
  c.give("Add", {b.node("MatMul", c.place(), {c.name(0), turned}), c.name(2)});
}

// addmm(bias, input, turned weight, beta, alpha): a linear layer with a bias
void lower_addmm(Lowered& c) {
  if ((c.has(3) && c.number(3) != 1) || (c.has(4) && c.number(4) != 1)) c.fail("has a factor");
  c.give("Gemm", {c.name(1), c.name(2), c.name(0)});
}

void lower_t(Lowered& c) { c.give("Transpose", {c.name(0)}, {{"perm", Shape{1, 0}}}); }
void lower_matmul(Lowered& c) { c.give("MatMul", {c.name(0), c.name(1)}); }

// A factor by which a runtime, which cuts size * factor, gets exactly `to`.
float exact_factor(std::int64_t from, std::int64_t to) {
  auto factor = static_cast<float>(to) / static_cast<float>(from);
  while (static_cast<std::int64_t>(std::floor(static_cast<float>(from) * factor)) < to)
    factor = std::nextafter(factor, std::numeric_limits<float>::infinity());
  return factor;
}

void resize(Lowered& c, const OnnxBuilder::Attributes& attributes) {
  auto& b = c.builder();
  const auto &from = c.shape(0), &to = c.out_shape();
  const auto factors = b.floats(c.place() + "/factors",
                                {1, 1, exact_factor(from[2], to[2]), exact_factor(from[3], to[3])}, {4});
  // Before opset 13 the region cannot be left out, and is not looked at.
  const auto region = b.opset() < 13 ? b.floats(c.place() + "/region", {}, {0}) : std::string{};
  c.give("Resize", {c.name(0), region, factors}, attributes);
}

// upsample_nearest2d(input, output size, factors…)
void lower_nearest(Lowered& c) {
  resize(c, {{"mode", std::string("nearest")},
             {"coordinate_transformation_mode", std::string("asymmetric")},
             {"nearest_mode", std::string("floor")}});
}

// upsample_bilinear2d(input, output size, align_corners, factors…)
void lower_bilinear(Lowered& c) {
  resize(c, {{"mode", std::string("linear")},
             {"coordinate_transformation_mode", std::string(c.flag(2) ? "align_corners" : "half_pixel")}});
}

// cat(tensors, dim)
void lower_cat(Lowered& c) {
  std::vector<std::string> inputs;
  for (const auto& each : c.list(0)) inputs.push_back(c.name_of(each.index));
  const auto at = c.whole(1);
  const auto axis = at < 0 ? at + static_cast<std::int64_t>(c.out_shape().size()) : at;
  c.give("Concat", std::move(inputs), {{"axis", axis}});
}

// narrow(self, dim, start, length)
void lower_narrow(Lowered& c) {
  auto& b = c.builder();
  const auto axis = c.axis(1, 0), start = c.whole(2);
  c.give("Slice", {c.name(0), b.ints(c.place() + "/start", {start}),
                   b.ints(c.place() + "/end", {start + c.whole(3)}), b.ints(c.place() + "/axis", {axis})});
}

void lower_reshape(Lowered& c) {
  if (c.shape(0).front() != c.out_shape().front()) c.fail("mixes the samples of a batch");
  c.give_reshaped(c.name(0));
}

void lower_same(Lowered& c) { c.pass(0); }

// to(self, dtype or device…)
void lower_to(Lowered& c) {
  if (!c.keeps_type()) c.fail("changes the type of its numbers");
  c.pass(0);
}

using LoweringRule = std::function<void(Lowered&)>;

const std::map<std::string, LoweringRule>& lowering_rules() {
  static const std::map<std::string, LoweringRule> all{
      {"aten::conv2d", lower_conv},
      {"aten::conv_transpose2d", lower_deconv},
      {"posehost::deform_conv2d", lower_deform_conv},
      {"aten::batch_norm", lower_batch_norm},
      {"aten::relu", lower_plain("Relu")},
      {"aten::sigmoid", lower_plain("Sigmoid")},
      {"aten::tanh", lower_plain("Tanh")},
      {"aten::hardtanh", lower_clip},
      {"aten::add", lower_arithmetic("Add")},
      {"aten::sub", lower_arithmetic("Sub")},
      {"aten::mul", lower_arithmetic("Mul")},
      {"aten::div", lower_arithmetic("Div")},
      {"aten::max_pool2d", lower_max_pool},
      {"aten::avg_pool2d", lower_avg_pool},
      {"aten::adaptive_avg_pool2d", lower_adaptive_pool},
      {"aten::linear", lower_linear},
      {"aten::addmm", lower_addmm},
      {"aten::matmul", lower_matmul},
      {"aten::t", lower_t},
      {"aten::upsample_nearest2d", lower_nearest},
      {"aten::upsample_bilinear2d", lower_bilinear},
      {"aten::cat", lower_cat},
      {"aten::narrow", lower_narrow},
      {"aten::flatten", lower_reshape},
      {"aten::unflatten", lower_reshape},
      {"aten::view", lower_reshape},
      {"aten::reshape", lower_reshape},
      {"aten::contiguous", lower_same},
      {"aten::detach", lower_same},
      {"aten::to", lower_to},
      {"aten::dropout", lower_same},
  };
  return all;
}

}  // namespace

std::string lower_to_onnx(const OperatorTrace& trace, OnnxBuilder& builder, const std::string& input) {
  std::map<std::size_t, std::string> names{{trace.input, input}};
  for (const auto& call : trace.calls) {
    Lowered lowered(trace, call, builder, names);
    auto op = call.op;
    if (op.ends_with('_')) op.pop_back();  // in place: values are new all the same
    const auto rule = lowering_rules().find(op);
    if (rule == lowering_rules().end())
      lowered.fail("has no ONNX form here", "an operator of onnx_lowering.cpp");
    rule->second(lowered);
  }
  return names.at(trace.output);
}

}  // namespace ph
