#include "kernel/nvrtc.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "config/error.hpp"

namespace ph {
namespace fs = std::filesystem;

// The C interface of NVRTC, as far as it is used; stable since CUDA 7, but for the cubin (CUDA 11.2).
struct Nvrtc::Impl {
  using Program = void*;
  int (*version)(int*, int*) = nullptr;
  int (*create)(Program*, const char*, const char*, int, const char* const*, const char* const*) = nullptr;
  int (*compile)(Program, int, const char* const*) = nullptr;
  int (*destroy)(Program*) = nullptr;
  int (*log_size)(Program, std::size_t*) = nullptr;
  int (*log)(Program, char*) = nullptr;
  int (*ptx_size)(Program, std::size_t*) = nullptr;
  int (*ptx)(Program, char*) = nullptr;
  int (*cubin_size)(Program, std::size_t*) = nullptr;
  int (*cubin)(Program, char*) = nullptr;
  const char* (*error_text)(int) = nullptr;
  fs::path file;

  template <class F>
  static std::string text(Program program, F size_of, int (*get)(Program, char*)) {
    std::size_t size = 0;
    if (size_of(program, &size) != 0 || size == 0) return {};
    std::string all(size, '\0');
    if (get(program, all.data()) != 0) return {};
    return all;
  }
};

namespace {

/// Folders in which a library of CUDA may lie, best first.
std::vector<fs::path> folders_of_cuda() {
  std::vector<fs::path> all;
  if (const char* home = std::getenv("CUDA_HOME")) all.emplace_back(fs::path(home) / "lib64");
  all.emplace_back("/usr/local/cuda/lib64");
#ifdef POSEHOST_LIBTORCH_DIR
  // torch's wheel keeps NVIDIA's libraries beside itself.
  all.emplace_back(fs::path(POSEHOST_LIBTORCH_DIR).parent_path() / "nvidia/cu13/lib");
#endif
  return all;
}

fs::path newest(const fs::path& folder, const std::string& start) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (name.rfind(start, 0) == 0 && name.find(".alt.") == std::string::npos) found.push_back(entry.path());
  }
  return found.empty() ? fs::path() : *std::max_element(found.begin(), found.end());
}

/// libnvrtc looks for its builtins by bare name and has no run path: without them loaded before, by their
/// absolute path, every compilation fails where the toolkit is not in the loader's search path.
void load_builtins(const fs::path& beside) {
  const auto file = newest(beside, "libnvrtc-builtins.so");
  if (!file.empty()) dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
}

}  // namespace

Nvrtc::Nvrtc(std::shared_ptr<const Impl> impl) noexcept : impl_{std::move(impl)} {}
const fs::path& Nvrtc::file() const noexcept { return impl_->file; }

Nvrtc Nvrtc::open(const fs::path& folder) {
  const auto folders = folder.empty() ? folders_of_cuda() : std::vector<fs::path>{folder};
  std::string looked;
  for (const auto& candidate : folders) {
    looked += (looked.empty() ? "" : ", ") + candidate.string();
    const auto file = newest(candidate, "libnvrtc.so");
    if (file.empty()) continue;
    load_builtins(candidate);
    void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) continue;
    auto impl = std::make_shared<Impl>();
    impl->file = file;
    bool complete = true;
    const auto find = [&](auto& function, const char* name) {
      function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
      complete = complete && function != nullptr;
    };
    find(impl->version, "nvrtcVersion");
    find(impl->create, "nvrtcCreateProgram");
    find(impl->compile, "nvrtcCompileProgram");
    find(impl->destroy, "nvrtcDestroyProgram");
    find(impl->log_size, "nvrtcGetProgramLogSize");
    find(impl->log, "nvrtcGetProgramLog");
    find(impl->ptx_size, "nvrtcGetPTXSize");
    find(impl->ptx, "nvrtcGetPTX");
    find(impl->cubin_size, "nvrtcGetCUBINSize");
    find(impl->cubin, "nvrtcGetCUBIN");
    find(impl->error_text, "nvrtcGetErrorString");
    if (complete) return Nvrtc(std::move(impl));
  }
  throw Error(ErrorKind::environment, "CUDA's run-time compiler (libnvrtc.so) is not here",
              "looked in " + looked, "that of CUDA 11.2 or newer",
              "install a CUDA toolkit, or name its folder with --nvrtc DIR");
}

std::string Nvrtc::version() const {
  int major = 0, minor = 0;
  impl_->version(&major, &minor);
  return std::to_string(major) + "." + std::to_string(minor);
}

Nvrtc::Compiled Nvrtc::compile(const std::string& source, const std::string& name,
                               const std::string& arch) const {
  Impl::Program program = nullptr;
  const auto fail = [&](int status, const std::string& log) {
    throw Error(ErrorKind::plugin, name + ": the rule does not compile for " + arch,
                log.empty() ? impl_->error_text(status) : log, "a rule in the dialect of posehost/rule.hpp",
                "NVRTC " + version() + ", " + impl_->file.string());
  };
  if (const int status = impl_->create(&program, source.c_str(), (name + ".cu").c_str(), 0, nullptr, nullptr))
    fail(status, {});
  const struct Destroy {
    const Impl& impl;
    Impl::Program& program;
    ~Destroy() { impl.destroy(&program); }
  } at_end{*impl_, program};
  const auto target = "--gpu-architecture=" + arch;
  const char* const options[] = {target.c_str(), "--fmad=false", "--std=c++17"};
  const int status = impl_->compile(program, 3, options);
  Compiled made;
  made.log = Impl::text(program, impl_->log_size, impl_->log);
  while (!made.log.empty() && (made.log.back() == '\0' || made.log.back() == '\n')) made.log.pop_back();
  if (status != 0) fail(status, made.log);
  const bool ptx = arch.rfind("compute_", 0) == 0;
  made.code = ptx ? Impl::text(program, impl_->ptx_size, impl_->ptx)
                  : Impl::text(program, impl_->cubin_size, impl_->cubin);
  if (made.code.empty()) fail(status, "no code came out");
  return made;
}

int double_instructions(const std::string& ptx) {
  int n = 0;
  for (auto at = ptx.find(".f64"); at != std::string::npos; at = ptx.find(".f64", at + 1)) {
    // Declarations of registers are no instructions.
    const auto line = ptx.rfind('\n', at) + 1;
    n += ptx.compare(ptx.find_first_not_of(" \t", line), 4, ".reg") != 0;
  }
  return n;
}

}  // namespace ph
