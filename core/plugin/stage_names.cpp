#include "plugin/stage_names.hpp"

#include <posehost/abi.h>

#include <array>

namespace ph {
namespace {

constexpr std::array<const char*, PH_STAGE_COUNT> stage_names{"before_run",
                                                              "before_epoch",
                                                              "before_train_epoch",
                                                              "before_train_iter",
                                                              "after_train_iter",
                                                              "after_train_epoch",
                                                              "before_val_epoch",
                                                              "before_val_iter",
                                                              "after_val_iter",
                                                              "after_val_epoch",
                                                              "after_epoch",
                                                              "after_run",
                                                              "before_optimizer_step",
                                                              "after_optimizer_step",
                                                              "after_evaluate",
                                                              "before_evaluate",
                                                              "before_save",
                                                              "after_save"};

}  // namespace

const char* stage_name(std::int32_t stage) noexcept {
  return stage >= 0 && stage < PH_STAGE_COUNT ? stage_names[static_cast<std::size_t>(stage)]
                                              : "unknown stage";
}

}  // namespace ph
