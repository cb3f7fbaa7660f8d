#pragma once
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace ph {

/// Where a sample of a batch came from and how its crop was cut.
struct SampleMeta {
  std::int64_t index = 0;  ///< instance in the data set
  std::string image_file;
  std::array<float, 2> center{}, scale{};  ///< crop in the image; scale in units of 200 pixels
  float rotation = 0;                      ///< degrees
  double bbox_score = 1;
};

/// N samples, collated. All float32.
struct Batch {
  at::Tensor img;            ///< N x 3 x H x W, RGB, normalised
  at::Tensor target;         ///< N x K x h x w; 3 K for CombinedTarget, N x S x K x h x w for several
                             ///< stages, N x K x 2 for regression; undefined when the pipeline makes none
  at::Tensor target_weight;  ///< N x K x 1, N x S x K x 1 or N x K x 2; likewise
  std::vector<SampleMeta> meta;
  [[nodiscard]] std::int64_t samples() const { return static_cast<std::int64_t>(meta.size()); }
};

}  // namespace ph
