#pragma once
#include "conv/packed.hpp"

#ifdef POSEHOST_AVX512
namespace ph::conv {

/// An image of a few channels, as a network's first convolution has it: the products of a row of the kernel are formed at once, as
/// its pixels and their channels lie side by side in memory; the vectors are the map's channels.
[[nodiscard]] inline bool is_narrow(const Shape& s) { return s.image_c < lanes; }

/// sum_weights() for such.
template <class Element>
void sum_narrow(const Operands<Element>& from, float* out);

}  // namespace ph::conv
#endif
