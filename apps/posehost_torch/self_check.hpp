#pragma once

/// Prints what `posehost doctor` reports of LibTorch, as one JSON object. Returns the exit code.
int print_self_check();
/// Throws Error(environment) when the LibTorch that runs is not of the version that this was built for.
void check_libtorch();
/// Warns when torch's matrix products would go to another BLAS: results stay right, 25 times slower.
void warn_about_blas();
