#pragma once
#include <posehost/abi_draft.h>

#include <filesystem>
#include <memory>

namespace ph {

/// Kernels loaded and started through NVIDIA's driver, which is loaded at run time: posehost links no CUDA.
/// No GPU has run this yet; tests watch the calls with a stand-in for the driver.
class CudaDriver {
 public:
  /// Null where there is no driver, or one older than CUDA 12. Main thread.
  [[nodiscard]] static std::unique_ptr<CudaDriver> open(
      const std::filesystem::path& library = "libcuda.so.1");
  ~CudaDriver();
  CudaDriver(const CudaDriver&) = delete;
  CudaDriver& operator=(const CudaDriver&) = delete;

  /// The service of abi_draft.h; valid as long as this lives. It works on the context that is current on the
  /// calling thread: that of LibTorch's device.
  [[nodiscard]] const ph_cuda_launch* service() const noexcept;

 private:
  struct Impl;
  explicit CudaDriver(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ph
