#pragma once

/// Prints what `posehost doctor` reports of LibTorch, as one JSON object. Returns the exit code.
int print_self_check();
/// Warns when torch's matrix products would go to another BLAS: results stay right, 25 times slower.
void warn_about_blas();
