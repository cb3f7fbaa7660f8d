// SPDX-License-Identifier: Apache-2.0
//
// Hooks that act every so many epochs, or iterations with by_epoch false.
#pragma once
#include <posehost/hook.hpp>

inline constexpr auto counted_by_epoch =
    ph::arg<bool>("by_epoch", true, "count epochs instead of iterations");

// Throws where the hook would never act: an iteration-based run has no ends of epochs.
inline void check_counted_by(bool by_epoch, const ph::RunView& run) {
  if (by_epoch && run.now().by_epoch == 0)
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                      "by_epoch is true in a run that counts iterations; expected by_epoch false");
}
