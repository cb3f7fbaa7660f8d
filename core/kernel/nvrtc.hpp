#pragma once
#include <filesystem>
#include <memory>
#include <string>

namespace ph {

/// NVIDIA's run-time compiler, loaded from a CUDA toolkit or from LibTorch's wheels; needs no GPU and no
/// driver. Main thread.
class Nvrtc {
 public:
  /// Looks in `folder` if given, else where the loader, a toolkit and LibTorch have it. Throws
  /// Error(environment) that lists where it looked.
  [[nodiscard]] static Nvrtc open(const std::filesystem::path& folder = {});

  struct Compiled {
    std::string code;  ///< cubin for "sm_90", PTX for "compute_90"
    std::string log;
  };
  /// Without contraction to fused multiply-add, as plugins are compiled for the CPU. Throws Error(plugin)
  /// with the compiler's messages, which name the rule's file and line.
  [[nodiscard]] Compiled compile(const std::string& source, const std::string& name,
                                 const std::string& arch) const;
  [[nodiscard]] std::string version() const;
  [[nodiscard]] const std::filesystem::path& file() const noexcept;

 private:
  struct Impl;
  explicit Nvrtc(std::shared_ptr<const Impl> impl) noexcept;
  std::shared_ptr<const Impl> impl_;
};

/// Instructions in double precision in PTX: in a rule over floats a constant without Real(...).
[[nodiscard]] int double_instructions(const std::string& ptx);

}  // namespace ph
