#pragma once
#include <cstdint>

namespace ph {

/// "before_train_iter" of PH_STAGE_BEFORE_TRAIN_ITER.
[[nodiscard]] const char* stage_name(std::int32_t stage) noexcept;

}  // namespace ph
