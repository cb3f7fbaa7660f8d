#include "kernel/cuda_driver.hpp"

#include <dlfcn.h>

#include <string>

namespace ph {

// The part of the driver's C interface that is used; stable since CUDA 4.
struct CudaDriver::Impl {
  int (*version)(int*) = nullptr;
  int (*init)(unsigned) = nullptr;
  int (*load_module)(void**, const void*) = nullptr;
  int (*find_function)(void**, void*, const char*) = nullptr;
  int (*unload_module)(void*) = nullptr;
  int (*launch_kernel)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                       void**, void**) = nullptr;
  ph_cuda_launch table{};

  static std::int32_t load(void* ctx, const void* image, std::int64_t size, ph_str kernel,
                           void** function) noexcept;
  static std::int32_t launch(void* ctx, void* function, const std::uint32_t* grid, const std::uint32_t* block,
                             std::uint32_t shared_bytes, void* stream, void* const* params) noexcept;
};

namespace {

// Of the driver's results, those that say whose fault it is.
constexpr int success = 0, invalid_value = 1, out_of_memory = 2, not_found = 500,
              launch_out_of_resources = 701;
constexpr int oldest_driver = 12000;

std::int32_t status_of(int result, std::int32_t otherwise) noexcept {
  switch (result) {
    case success:
      return PH_OK;
    case out_of_memory:
      return PH_ERR_OUT_OF_MEMORY;
    case not_found:
      return PH_ERR_NOT_FOUND;
    case invalid_value:
    case launch_out_of_resources:
      return PH_ERR_INVALID_ARGUMENT;
    default:
      return otherwise;
  }
}

}  // namespace

std::int32_t CudaDriver::Impl::load(void* ctx, const void* image, std::int64_t size, ph_str kernel,
                                    void** function) noexcept {
  const auto& self = *static_cast<const Impl*>(ctx);
  if (image == nullptr || size < 4 || kernel.len < 1 || kernel.data == nullptr || function == nullptr)
    return PH_ERR_INVALID_ARGUMENT;
  try {
    // The driver reads PTX up to a 0 byte, and has no length for the other kinds, which carry their own.
    const std::string copy(static_cast<const char*>(image), static_cast<std::size_t>(size));
    const std::string name(kernel.data, static_cast<std::size_t>(kernel.len));
    void* module = nullptr;
    if (const int result = self.load_module(&module, copy.c_str()); result != success)
      return result == out_of_memory ? PH_ERR_OUT_OF_MEMORY : PH_ERR_UNSUPPORTED;
    const int result = self.find_function(function, module, name.c_str());
    if (result != success) self.unload_module(module);
    return status_of(result, PH_ERR_FAILED);
  } catch (...) {
    return PH_ERR_OUT_OF_MEMORY;
  }
}

std::int32_t CudaDriver::Impl::launch(void* ctx, void* function, const std::uint32_t* grid,
                                      const std::uint32_t* block, std::uint32_t shared_bytes, void* stream,
                                      void* const* params) noexcept {
  const auto& self = *static_cast<const Impl*>(ctx);
  if (function == nullptr || grid == nullptr || block == nullptr) return PH_ERR_INVALID_ARGUMENT;
  for (int i = 0; i < 3; ++i)
    if (grid[i] == 0 || block[i] == 0) return PH_ERR_INVALID_ARGUMENT;
  const int result = self.launch_kernel(function, grid[0], grid[1], grid[2], block[0], block[1], block[2],
                                        shared_bytes, stream, const_cast<void**>(params), nullptr);
  return status_of(result, PH_ERR_FAILED);
}

CudaDriver::CudaDriver(std::unique_ptr<Impl> impl) noexcept : impl_{std::move(impl)} {}
CudaDriver::~CudaDriver() = default;
const ph_cuda_launch* CudaDriver::service() const noexcept { return &impl_->table; }

std::unique_ptr<CudaDriver> CudaDriver::open(const std::filesystem::path& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) return nullptr;
  auto impl = std::make_unique<Impl>();
  bool complete = true;
  const auto find = [&](auto& function, const char* name) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(handle, name));
    complete = complete && function != nullptr;
  };
  find(impl->version, "cuDriverGetVersion");
  find(impl->init, "cuInit");
  find(impl->load_module, "cuModuleLoadData");
  find(impl->find_function, "cuModuleGetFunction");
  find(impl->unload_module, "cuModuleUnload");
  find(impl->launch_kernel, "cuLaunchKernel");
  int version = 0;
  // Never closed: the driver's threads outlive this.
  if (!complete || impl->version(&version) != success || version < oldest_driver || impl->init(0) != success)
    return nullptr;
  impl->table = {sizeof impl->table, 0, impl.get(), &Impl::load, &Impl::launch};
  return std::unique_ptr<CudaDriver>(new CudaDriver(std::move(impl)));
}

}  // namespace ph
