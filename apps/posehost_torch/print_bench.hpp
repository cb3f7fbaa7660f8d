#pragma once
#include "common/run_arguments.hpp"

/// `posehost bench`: measures and prints. Returns the exit code.
int print_bench(const BenchArguments& arguments);
