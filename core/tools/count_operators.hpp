#pragma once
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "trace/operator_trace.hpp"

namespace ph {

/// What is counted.
///   posehost  MACs: multiply-accumulates of convolutions and matrix products, which most papers report. FLOPs: twice that, plus
///             what every other operator computes (count_operators.cpp has the table). All parameters.
///   mmcv      mmcv's get_model_complexity_info, which mmpose's model zoo was counted with: a multiply-accumulate is one "FLOP",
///             a norm two for each element, an activation, pooling or Upsample module one; functions and
///             deformable convolutions nothing. Parameters that are trained.
enum class CountConvention { posehost, mmcv };

/// One operator call.
struct OperatorCount {
  std::string module, op;
  Shape output;
  std::int64_t params = 0;  ///< of the module, at its first call
  std::int64_t macs = 0, flops = 0;
  std::size_t activation_bytes = 0;  ///< memory that the call made
};

struct NetworkCount {
  Shape input;
  std::vector<OperatorCount> operators;
  std::int64_t macs = 0, flops = 0;  ///< mmcv's are equal
  std::int64_t params = 0, trainable_params = 0;
  std::size_t parameter_bytes = 0;        ///< with buffers
  std::size_t activation_bytes = 0;       ///< of all operators: what training keeps, about
  std::size_t peak_activation_bytes = 0;  ///< at a time, in inference
  std::set<std::string> uncounted;        ///< operators that compute something and are not in the table
};

[[nodiscard]] NetworkCount count_operators(const OperatorTrace& trace, CountConvention convention);

/// The rows of `count` summed by the first `depth` parts of their modules' names, in order; 0: as they are.
[[nodiscard]] std::vector<OperatorCount> rows_by_depth(const NetworkCount& count, std::size_t depth);

}  // namespace ph
