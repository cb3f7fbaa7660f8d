#pragma once
#include <cstdint>
#include <string>

#include "data/compat.hpp"
#include "model/test_cfg.hpp"
#include "onnx/onnx_graph.hpp"
#include "tools/network_input.hpp"
#include "trace/operator_trace.hpp"

namespace ph {

/// What comes in: crops as the pipeline normalises them, or pixels from 0 to 255 that the graph normalises itself.
enum class OnnxPixels { normalised, floats, bytes };

struct OnnxExport {
  int opset = 17;
  bool dynamic_batch = false;  ///< else one crop at a time
  OnnxPixels pixels = OnnxPixels::normalised;
  bool flip_test = false;  ///< the mean with the mirrored crop, as test_cfg says
  bool decode = false;     ///< keypoints in pixels of the crop, and scores, instead of the network's output
};

/// What an export has to know besides what the network did.
struct OnnxFacts {
  std::string name;  ///< of the config
  NetworkInput input;
  NetworkKeypoints keypoints;
  TestCfg test_cfg;
  Compat compat = default_compat();
};

/// The model: input "image" [N, C, H, W]; output "heatmaps" [N, K, h, w] or "coordinates" [N, K, 2] (4 with deviations), or with `decode`
/// "keypoints" [N, K, 2] (x and y in pixels of the crop) and "scores" [N, K]. Metadata says what a program needs to use it.
/// `trace` holds values (TraceContents::values). Throws Error(config) when the config says too little, or something
/// that cannot be exported.
[[nodiscard]] OnnxGraph make_onnx(const OperatorTrace& trace, const OnnxFacts& facts,
                                  const OnnxExport& options);

}  // namespace ph
