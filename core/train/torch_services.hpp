#pragma once
#include <cstdint>

namespace ph {

/// The services for plugins in a program that has LibTorch: its threads, its matrix product; vectors and
/// matrices on CUDA as on the CPU. The CUDA half has never run: no machine for it; it is the same code as
/// the CPU's in tests/core/train/torch_services.cpp but for the device. Call once, before instances are made.
void use_torch_services(std::uint64_t seed);

}  // namespace ph
