#include "tools/onnx_export.hpp"

#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "tools/onnx_builder.hpp"
#include "tools/onnx_decode.hpp"
#include "tools/onnx_flip.hpp"
#include "tools/onnx_lowering.hpp"

namespace ph {
namespace {

std::vector<float> as_floats(const std::vector<double>& values) { return {values.begin(), values.end()}; }

// The same steps in the same order as ToTensor and NormalizeTensor, for the same roundings.
std::string normalised(OnnxBuilder& builder, const std::string& image, const OnnxFacts& facts,
                       OnnxPixels pixels) {
  const auto& [height, width, mean, std, rgb] = facts.input;
  if (mean.empty() || std.empty()) {
    throw Error(ErrorKind::config, "--normalize: the config does not say how images are normalised",
                "no NormalizeTensor in the pipeline of data.test, data.val or data.train",
                "its mean and std");
  }
  auto x = image;
  const std::string place = "normalize";
  if (pixels == OnnxPixels::bytes) x = builder.node("Cast", place, {x}, {{"to", std::int64_t{1}}});
  x = builder.node("Div", place, {x, builder.scalar(place + "/full", 255)});
  const auto each = [&](const char* name, const std::vector<double>& values) {
    return builder.floats(place + name, as_floats(values),
                          {1, static_cast<std::int64_t>(values.size()), 1, 1});
  };
  x = builder.node("Sub", place, {x, each("/mean", mean)});
  return builder.node("Div", place, {x, each("/std", std)});
}

// Texts are JSON where they are more than a word.
void add_metadata(OnnxGraph& graph, const OnnxFacts& facts, const OnnxExport& options, const Shape& output) {
  const auto add = [&graph](const char* key, const std::string& value) {
    graph.metadata.emplace_back(std::string("posehost.") + key, value);
  };
  const char* const pixels = options.pixels == OnnxPixels::normalised ? "normalised"
                             : options.pixels == OnnxPixels::floats   ? "0 to 255, float32"
                                                                      : "0 to 255, uint8";
  add("config", facts.name);
  add("input_size", Json{facts.input.width, facts.input.height}.dump());
  add("pixels", pixels);
  add("channel_order", facts.input.rgb ? "rgb" : "bgr");
  if (!facts.input.mean.empty()) {
    add("mean", Json(facts.input.mean).dump());
    add("std", Json(facts.input.std).dump());
  }
  add("flip_test", options.flip_test ? "true" : "false");
  add("decoded", options.decode ? "true" : "false");
  if (output.size() == 4) add("heatmap_size", Json{output[3], output[2]}.dump());
  if (!facts.keypoints.source.empty()) {
    add("keypoints", Json(facts.keypoints.names).dump());
    add("flip_pairs", Json(facts.keypoints.flip_pairs).dump());
  }
}

std::int64_t keypoints_of(const Shape& output, const OnnxFacts& facts) {
  return facts.test_cfg.combined ? output[1] / 3 : output[1];
}

void check_facts(const Shape& output, const OnnxFacts& facts) {
  const auto have = static_cast<std::int64_t>(facts.keypoints.names.size());
  if (facts.keypoints.source.empty() || have == keypoints_of(output, facts)) return;
  throw Error(ErrorKind::config, "number of keypoints differs between network and data",
              std::to_string(have) + " in " + facts.keypoints.source,
              std::to_string(keypoints_of(output, facts)) + ", what the network gives");
}

}  // namespace

OnnxGraph make_onnx(const OperatorTrace& trace, const OnnxFacts& facts, const OnnxExport& options) {
  OnnxGraph graph;
  graph.opset = options.opset;
  graph.name = facts.name;
  const auto batch = options.dynamic_batch ? std::int64_t{-1} : std::int64_t{1};
  auto in = trace.values[trace.input].shape, out = trace.values[trace.output].shape;
  in.front() = out.front() = batch;
  check_facts(out, facts);
  graph.inputs.push_back({"image", options.pixels == OnnxPixels::bytes ? OnnxType::u8 : OnnxType::f32, in});
  OnnxBuilder builder(graph);
  std::string x = "image";
  if (options.pixels != OnnxPixels::normalised) x = normalised(builder, x, facts, options.pixels);
  if (options.flip_test) x = onnx_with_mirrored(builder, x, in[3]);
  x = lower_to_onnx(trace, builder, x);
  if (options.flip_test) x = onnx_flip_mean(builder, x, out, facts);
  if (options.decode) {
    onnx_decode(builder, x, out, facts);
    const auto count = keypoints_of(out, facts);
    graph.outputs = {{"keypoints", OnnxType::f32, {batch, count, 2}},
                     {"scores", OnnxType::f32, {batch, count}}};
  } else {
    const std::string name = out.size() == 4 ? "heatmaps" : "coordinates";
    builder.node_to(name, "Identity", {x});
    graph.outputs = {{name, OnnxType::f32, out}};
  }
  add_metadata(graph, facts, options, out);
  return graph;
}

}  // namespace ph
