#include "train/torch_services.hpp"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>

#include "kernel/cuda_driver.hpp"
#include "service/plain_linalg.hpp"
#include "service/plain_vector.hpp"
#include "service/services.hpp"
#include "system/limits.hpp"

namespace ph {
namespace {

std::int32_t threads(void*) noexcept { return at::get_num_threads(); }

void run(void*, std::int64_t n, std::int64_t grain, void (*body)(void*, std::int64_t, std::int64_t),
         void* user) {
  at::parallel_for(0, n, grain, [&](std::int64_t begin, std::int64_t end) { body(user, begin, end); });
}

/// Memory of a plugin seen as a tensor.
at::Tensor view(const ph_place& at, ph_dtype type, const void* data, at::IntArrayRef shape,
                at::IntArrayRef strides) {
  const bool cuda = at.device_type == PH_DEVICE_CUDA;
  const auto device =
      cuda ? c10::Device(c10::kCUDA, static_cast<c10::DeviceIndex>(at.device_id)) : c10::Device(c10::kCPU);
  const auto number = type.code == PH_DTYPE_BFLOAT ? at::kBFloat16
                      : type.bits == 64            ? at::kDouble
                                                   : at::kFloat;
  const auto options = at::TensorOptions().dtype(number).device(device);
  return at::from_blob(
      const_cast<void*>(data), shape, strides, [](void*) {}, options, device);
}
at::Tensor view(const ph_place& at, ph_dtype type, const void* data, std::int64_t n) {
  return view(at, type, data, {n}, {1});
}
at::Tensor view(const ph_place& at, ph_dtype type, const ph_matrix& m) {
  return view(at, type, m.data, {m.rows, m.cols}, {m.row_stride, m.col_stride});
}

bool is_float(ph_dtype type) noexcept {
  return type.code == PH_DTYPE_FLOAT && (type.bits == 32 || type.bits == 64);
}

// On a processor without bfloat16 LibTorch takes several times as long as in 32 bits.
bool is_fast_bfloat16(const ph_place& at, ph_dtype type) {
  if (type.code != PH_DTYPE_BFLOAT || type.bits != 16) return false;
  static const bool cpu = cpu_has_bf16();
  return at.device_type != PH_DEVICE_CPU || cpu;
}

/// Runs `work` without autograd; an exception becomes a status.
template <class Work>
std::int32_t guarded(const Work& work) noexcept {
  try {
    const at::NoGradGuard no_grad;
    work();
    return PH_OK;
  } catch (const c10::OutOfMemoryError&) {
    return PH_ERR_OUT_OF_MEMORY;
  } catch (...) {
    return PH_ERR_FAILED;
  }
}

template <class Work>
std::int32_t guarded(ph_dtype type, const Work& work) noexcept {
  return is_float(type) ? guarded(work) : PH_ERR_UNSUPPORTED;
}

std::int32_t gemm(void*, const ph_place* at, ph_dtype type, double alpha, const ph_matrix* a,
                  const ph_matrix* b, double beta, const ph_matrix* c) noexcept {
  if (a->cols != b->rows || c->rows != a->rows || c->cols != b->cols) return PH_ERR_INVALID_ARGUMENT;
  if (!is_float(type) && !is_fast_bfloat16(*at, type)) return PH_ERR_UNSUPPORTED;
  return guarded([&] {
    auto out = view(*at, type, *c);
    at::addmm_out(out, out, view(*at, type, *a), view(*at, type, *b), beta, alpha);
  });
}

std::int32_t row_sums(void* ctx, const ph_place* at, ph_dtype type, const ph_matrix* a, std::int32_t power,
                      void* out) noexcept {
  if (at->device_type == PH_DEVICE_CPU) return plain_linalg()->row_sums(ctx, at, type, a, power, out);
  return guarded(type, [&] {
    const auto from = view(*at, type, *a);
    auto to = view(*at, type, out, a->rows);
    at::sum_out(to, power == 1 ? from : from.square(), 1);
  });
}

// On the CPU sums are the base library's: torch's depend on the number of threads.
std::int32_t dot(void* ctx, const ph_place* at, ph_dtype type, std::int64_t n, const void* x, const void* y,
                 double* out) noexcept {
  if (at->device_type == PH_DEVICE_CPU) return plain_vector()->dot(ctx, at, type, n, x, y, out);
  return guarded(type, [&] {
    *out =
        at::sum(view(*at, type, x, n).to(at::kDouble) * view(*at, type, y, n).to(at::kDouble)).item<double>();
  });
}

std::int32_t abs_sum(void* ctx, const ph_place* at, ph_dtype type, std::int64_t n, const void* x,
                     double* out) noexcept {
  if (at->device_type == PH_DEVICE_CPU) return plain_vector()->abs_sum(ctx, at, type, n, x, out);
  return guarded(type, [&] { *out = view(*at, type, x, n).abs().sum(at::kDouble).item<double>(); });
}

std::int32_t abs_max(void* ctx, const ph_place* at, ph_dtype type, std::int64_t n, const void* x,
                     double* out) noexcept {
  if (at->device_type == PH_DEVICE_CPU) return plain_vector()->abs_max(ctx, at, type, n, x, out);
  return guarded(type, [&] { *out = n == 0 ? 0 : view(*at, type, x, n).abs().max().item<double>(); });
}

std::int32_t axpby(void* ctx, const ph_place* at, ph_dtype type, std::int64_t n, double alpha, const void* x,
                   double beta, void* y) noexcept {
  if (at->device_type == PH_DEVICE_CPU) return plain_vector()->axpby(ctx, at, type, n, alpha, x, beta, y);
  return guarded(type, [&] {
    auto to = view(*at, type, y, n);
    if (beta == 0) {
      at::mul_out(to, view(*at, type, x, n), at::scalar_tensor(alpha, to.options()));
    } else {
      to.mul_(beta).add_(view(*at, type, x, n), alpha);
    }
  });
}

constexpr ph_parallel parallel{sizeof parallel, 0, nullptr, threads, run};
constexpr ph_linalg linalg{sizeof linalg, 0, nullptr, gemm, row_sums};
constexpr ph_vector vectors{sizeof vectors, 0, nullptr, dot, abs_sum, abs_max, axpby};

}  // namespace

void use_torch_services(std::uint64_t seed) {
  auto all = plain_services();
  all.parallel = &parallel;
  all.linalg = &linalg;
  all.vector = &vectors;
  all.seed = seed;
  // Where LibTorch has a GPU its driver is loaded already.
  static const auto driver = at::globalContext().hasCUDA() ? CudaDriver::open() : nullptr;
  if (driver) all.cuda_launch = driver->service();
  set_services(all);
}

}  // namespace ph
