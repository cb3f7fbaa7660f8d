#pragma once
#include <string>
#include <utility>

#include "codec/blur_matrix.hpp"
#include "tools/onnx_place.hpp"
#include "trace/operator_trace.hpp"

namespace ph {

// What codec/heatmap_blur and codec/dark_decode do, as nodes. `shape`: of the maps, N x K x h x w.

[[nodiscard]] std::string onnx_blurred(OnnxPlace& at, const std::string& maps, const Shape& shape,
                                       std::int64_t kernel, BlurBorder border);
/// Blurred, then scaled to the maximum that each map had before.
[[nodiscard]] std::string onnx_modulated(OnnxPlace& at, const std::string& maps, const Shape& shape,
                                         std::int64_t kernel);

/// Highest points of maps: tensors of N x K x 1.
struct OnnxPeaks {
  std::string flat;          ///< the maps, N x K x hw
  std::string index, x, y;   ///< int64: within `flat`, column and row
  std::string score, found;  ///< how high, and whether that is above 0
};
[[nodiscard]] OnnxPeaks onnx_peaks(OnnxPlace& at, const std::string& maps, const Shape& shape);

enum class OnnxNewton {
  dark,  ///< refine_dark(): differences two pixels wide, not within two pixels of a border
  udp,   ///< refine_dark_udp(): one pixel wide, the edge repeated
};
/// x and y of `peaks` after one Newton step on `log_maps`, float32.
[[nodiscard]] std::pair<std::string, std::string> onnx_newton(OnnxPlace& at, const std::string& log_maps,
                                                              const OnnxPeaks& peaks, const Shape& shape,
                                                              OnnxNewton way);

}  // namespace ph
