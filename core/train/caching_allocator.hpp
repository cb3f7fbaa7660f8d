#pragma once
#include <cstddef>

namespace ph {

/// Makes LibTorch's CPU allocator keep large blocks (1 MiB and more) that are given back, up to
/// `limit_bytes` in all, and hand them out again: activations and gradients of an iteration then find the
/// pages of the one before, where malloc would return them to the kernel and fault them in anew. Blocks lie
/// at multiples of 2 MiB and ask for huge pages. What is above the limit goes back at once.
/// The first call installs it, a later one changes the limit. Main thread; tensors made before stay as
/// they are. LibTorch calls it from any thread.
void use_caching_allocator(std::size_t limit_bytes);

/// Bytes of large tensors that it has handed out; 0 before it is installed.
[[nodiscard]] std::size_t large_tensor_bytes();
/// Bytes that it keeps for later now.
[[nodiscard]] std::size_t cached_bytes();

}  // namespace ph
