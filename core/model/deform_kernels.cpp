#include "model/deform_kernels.hpp"

#include <ATen/Parallel.h>
#include <dlfcn.h>

#include <filesystem>

#include "config/error.hpp"

namespace ph::deform {
namespace {

template <class T>
void fill_columns(const Geometry& g, const T* input, const T* offset, const T* mask, T* columns) {
  at::parallel_for(0, g.channels * g.taps(), 1, [&](std::int64_t from, std::int64_t to) {
    for (auto row = static_cast<int>(from); row < static_cast<int>(to); ++row) {
      for (int place = 0; place < g.places(); ++place)
        fill_column(g, input, offset, mask, row / g.taps(), row % g.taps(), place, columns);
    }
  });
}

// A channel's gradients come from its own columns alone: threads never meet, and the order of the sums is fixed.
template <class T>
void add_to_input(const Geometry& g, const T* grad, const T* offset, const T* mask, T* grad_input) {
  at::parallel_for(0, g.channels, 1, [&](std::int64_t from, std::int64_t to) {
    for (auto channel = static_cast<int>(from); channel < static_cast<int>(to); ++channel) {
      const int group = channel / g.group_channels();
      T* const plane = grad_input + channel * g.height * g.width;
      for (int tap = 0; tap < g.taps(); ++tap) {
        const T* const upper = grad + (channel * g.taps() + tap) * g.places();
        for (int place = 0; place < g.places(); ++place) {
          const auto corners = corners_for(g, offset, group, tap, place);
          const T value = upper[place] * mask_for(g, mask, group, tap, place);
          for (int i = 0; i < 4; ++i) {
            if (corners.in[i]) plane[corners.at[i]] += weight_of(corners, i) * value;
          }
        }
      }
    }
  });
}

template <class T>
void write_offset_gradients(const Geometry& g, const T* grad, const T* input, const T* offset, const T* mask,
                            T* grad_offset, T* grad_mask) {
  const int rows = g.groups * g.taps() * g.out_h;
  at::parallel_for(0, rows, 1, [&](std::int64_t from, std::int64_t to) {
    for (auto row = static_cast<int>(from); row < static_cast<int>(to); ++row) {
      const int group = row / (g.taps() * g.out_h), tap = row / g.out_h % g.taps(), y = row % g.out_h;
      for (int x = 0; x < g.out_w; ++x)
        offset_gradient(g, grad, input, offset, mask, group, tap, y * g.out_w + x, grad_offset, grad_mask);
    }
  });
}

// In lib/posehost below the program's prefix, as the plugins are.
std::filesystem::path cuda_library() {
  std::error_code none;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", none);
  return program.parent_path() / "../../lib/posehost/libposehost_cuda.so";
}

void* cuda_symbol(const char* name) {
  static void* const library = dlopen(cuda_library().c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const found = library ? dlsym(library, name) : nullptr;
  if (found) return found;
  const char* const why = dlerror();
  throw Error(ErrorKind::environment, "deformable convolution: its CUDA part is not there", why ? why : "",
              "libposehost_cuda.so, which is built where nvcc is found",
              "runtime.device \"cpu\", or build posehost where the CUDA toolkit is");
}

template <class T>
Kernels<T> load_cuda(const char* columns, const char* to_input, const char* to_offset) {
  return {reinterpret_cast<decltype(Kernels<T>::columns)>(cuda_symbol(columns)),
          reinterpret_cast<decltype(Kernels<T>::to_input)>(cuda_symbol(to_input)),
          reinterpret_cast<decltype(Kernels<T>::to_offset)>(cuda_symbol(to_offset))};
}

}  // namespace

template <class T>
const Kernels<T>& cpu_kernels() {
  static const Kernels<T> kernels{&fill_columns<T>, &add_to_input<T>, &write_offset_gradients<T>};
  return kernels;
}

template <>
const Kernels<float>& cuda_kernels<float>() {
  static const auto kernels = load_cuda<float>("posehost_deform_columns_f32", "posehost_deform_to_input_f32",
                                               "posehost_deform_to_offset_f32");
  return kernels;
}
template <>
const Kernels<double>& cuda_kernels<double>() {
  static const auto kernels = load_cuda<double>("posehost_deform_columns_f64", "posehost_deform_to_input_f64",
                                                "posehost_deform_to_offset_f64");
  return kernels;
}

template const Kernels<float>& cpu_kernels<float>();
template const Kernels<double>& cpu_kernels<double>();

}  // namespace ph::deform
