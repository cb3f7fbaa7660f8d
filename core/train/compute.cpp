#include "train/compute.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <climits>
#include <filesystem>

#include "system/limits.hpp"
#include "train/caching_allocator.hpp"

namespace ph {
namespace {

constexpr std::int64_t kKeepHeapMb = 256;  // of malloc

bool has_nvidia_driver() {
  return std::filesystem::exists("/dev/nvidiactl") || std::filesystem::exists("/proc/driver/nvidia/version");
}

// The same binary serves both: the CUDA half of LibTorch is loaded only where there is a GPU.
bool load_cuda() {
  if (!has_nvidia_driver()) return false;
  static void* const library = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  return library != nullptr && at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0;
}

c10::Device choose_device(const Node& runtime, std::vector<std::string>& notes) {
  const auto wanted = runtime.has("device") ? runtime.at("device").string() : "auto";
  if (wanted == "cpu") return c10::kCPU;
  if (load_cuda()) return {c10::kCUDA, 0};
  if (wanted == "cuda") {
    const bool driver = has_nvidia_driver();
    throw Error(ErrorKind::environment, runtime.where() + "/device: no CUDA device",
                driver ? "a driver, but LibTorch's CUDA part could not be used: " +
                             std::string(dlerror() ? "see doctor" : "no device")
                       : "no NVIDIA driver on this machine",
                "a GPU and the CUDA part of LibTorch", "--device cpu, or `posehost doctor`");
  }
  notes.emplace_back("device auto: cpu (no NVIDIA driver)");
  return c10::kCPU;
}

at::ScalarType choose_bf16(bool asked, const c10::Device& device, std::vector<std::string>& notes) {
  const bool native = device.is_cuda() || cpu_has_bf16();
  if (asked) {
    if (!native)
      notes.emplace_back(
          "precision bf16: this processor has neither avx512_bf16 nor AMX, it will be slower than fp32");
    return at::kBFloat16;
  }
  notes.emplace_back(native ? "precision auto: bf16" : "precision auto: fp32 (no avx512_bf16 or AMX)");
  return native ? at::kBFloat16 : at::kFloat;
}

at::ScalarType choose_fp16(const c10::Device& device, std::vector<std::string>& notes) {
  notes.emplace_back("precision fp16: small gradients vanish without loss scaling (config section fp16)");
  if (device.is_cpu()) notes.emplace_back("precision fp16: on the CPU it is slower than fp32 or bf16");
  return at::kHalf;
}

// Weights in 16 bits are computed with in 16 bits.
at::ScalarType choose_precision(const Node& runtime, Compute& compute) {
  const auto held = compute.param_dtype;
  const auto wanted = runtime.has("precision") ? runtime.at("precision").string() : "fp32";
  if (held != at::kFloat && wanted != "fp32" && wanted != "auto" && wanted != name_of_precision(held)) {
    throw runtime.at("param_dtype")
        .error(std::string("parameters in ") + name_of_precision(held) + " with precision " + wanted,
               "the same for both, or one of them left out");
  }
  const auto asked = held == at::kFloat ? wanted : name_of_precision(held);
  if (held != at::kFloat && wanted == "fp32")
    compute.notes.emplace_back("param_dtype " + asked + ": computed in " + asked + " as well");
  if (asked == "fp32") return at::kFloat;
  if (asked == "fp16") return choose_fp16(compute.device, compute.notes);
  return choose_bf16(asked == "bf16", compute.device, compute.notes);
}

at::ScalarType read_param_dtype(const Node& runtime) {
  const auto wanted = runtime.has("param_dtype") ? runtime.at("param_dtype").string() : "fp32";
  return wanted == "bf16" ? at::kBFloat16 : wanted == "fp16" ? at::kHalf : at::kFloat;
}

}  // namespace

const char* name_of_precision(at::ScalarType type) noexcept {
  return type == at::kBFloat16 ? "bf16" : type == at::kHalf ? "fp16" : "fp32";
}

std::string blas_library() {
  Dl_info info{};
  void* symbol = dlsym(RTLD_DEFAULT, "sgemm_");
  return symbol && dladdr(symbol, &info) && info.dli_fname ? info.dli_fname : "";
}

void keep_freed_memory(std::int64_t limit_mb) {
  if (limit_mb <= 0) return;
  // LibTorch's tensors; beside them malloc, which oneDNN takes its work space from. mallopt takes an int.
  use_caching_allocator(static_cast<std::size_t>(limit_mb) << 20);
  const auto bytes = static_cast<int>(std::min<std::int64_t>(limit_mb, kKeepHeapMb) << 20);
  mallopt(M_MMAP_THRESHOLD, INT_MAX);
  mallopt(M_TRIM_THRESHOLD, bytes);
  mallopt(M_TOP_PAD, bytes / 4);
}

Compute set_up_compute(const Node& runtime) {
  Compute compute;
  const auto keep = runtime.find("keep_heap_mb");
  keep_freed_memory(keep ? keep->i64() : usable_memory() / 4 >> 20);
  compute.device = choose_device(runtime, compute.notes);
  compute.param_dtype = read_param_dtype(runtime);
  compute.precision = choose_precision(runtime, compute);
  compute.channels_last = runtime.has("channels_last") ? runtime.at("channels_last").boolean() : true;
  compute.deterministic = runtime.has("deterministic") && runtime.at("deterministic").boolean();
  compute.threads = runtime.has("threads") ? static_cast<int>(runtime.at("threads").i64()) : usable_cores();
  at::set_num_threads(compute.threads);
  if (compute.deterministic) at::globalContext().setDeterministicAlgorithms(true, /*warn_only=*/false);
  return compute;
}

AutocastScope::AutocastScope(const Compute& compute)
    : active_{compute.precision != at::kFloat}, device_{compute.device.type()} {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, compute.precision);
  at::autocast::increment_nesting();
}

AutocastScope::~AutocastScope() {
  if (!active_) return;
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(device_, was_enabled_);
}

}  // namespace ph
