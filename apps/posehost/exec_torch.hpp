#pragma once
#include <string>
#include <vector>

/// Lets posehost-torch take over this process with `args`: LibTorch takes 0.2 s to start, so it lives in a
/// program of its own. Throws Error(environment) when it cannot be started; else does not return.
[[noreturn]] void exec_torch(const std::vector<std::string>& args);
