// What the kernel's file offers to the plugin's: nothing of CUDA's headers.
#pragma once
#include <cstdint>

#include "new_plugin_rule.hpp"

// Queues the update of n elements on `stream` (a cudaStream_t). NULL, or what went wrong.
const char* launch_update(float* p, const float* g, float* m, std::int64_t n, const RuleScalars<float>& s,
                          void* stream);
const char* launch_update(double* p, const double* g, double* m, std::int64_t n, const RuleScalars<double>& s,
                          void* stream);
