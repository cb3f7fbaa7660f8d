#include "self_check.hpp"

#include <ATen/Version.h>
#include <torch/version.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "log/log.hpp"
#include "system/limits.hpp"
#include "train/compute.hpp"

namespace {

// The version of the library that runs, which headers cannot tell; "" if it does not say.
std::string running_libtorch() {
  const auto text = at::show_config();
  const std::string key = "TORCH_VERSION=";
  const auto at = text.find(key);
  return at == text.npos ? "" : text.substr(at + key.size(), text.find(',', at) - at - key.size());
}

bool blas_is_torchs(const std::string& library) { return library.find("libtorch_cpu") != std::string::npos; }

}  // namespace

int print_self_check() {
  const auto runtime = ph::Node::parse(R"({"device": "auto"})");
  const auto compute = ph::set_up_compute(runtime);
  const auto blas = ph::blas_library();
  const nlohmann::ordered_json answer{{"libtorch", running_libtorch()},
                                      {"built_with", TORCH_VERSION},
                                      {"blas", blas},
                                      {"blas_ok", blas_is_torchs(blas)},
                                      {"cores", ph::usable_cores()},
                                      {"memory_bytes", ph::usable_memory()},
                                      {"bf16", ph::cpu_has_bf16()},
                                      {"device", compute.device.str()}};
  std::cout << answer.dump(2) << "\n";
  return 0;
}

void check_libtorch() {
  const auto running = running_libtorch();
  if (running.empty() || running == TORCH_VERSION) return;
  throw ph::Error(ph::ErrorKind::environment, "another LibTorch than the one that posehost was built for",
                  running, TORCH_VERSION,
                  "remove what LD_LIBRARY_PATH or LD_PRELOAD name, or build posehost with that one");
}

void warn_about_blas() {
  const auto library = ph::blas_library();
  if (blas_is_torchs(library)) return;
  ph::log_warn("matrix products go to " + library +
               " instead of LibTorch: much slower; remove LD_PRELOAD or see posehost doctor");
}
