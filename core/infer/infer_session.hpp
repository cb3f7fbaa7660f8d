#pragma once
#include "infer/infer_options.hpp"

namespace ph {

/// `posehost infer`: finds keypoints in pictures and videos, writes what was asked for, says how fast it was. The exit code:
/// 0, or 4 when a picture was broken and the others are done. Throws Error; files that were to be written are then as they were.
int infer_session(const InferOptions& options);

}  // namespace ph
