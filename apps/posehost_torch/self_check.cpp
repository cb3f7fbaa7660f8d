#include "self_check.hpp"

#include <torch/version.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "log/log.hpp"
#include "train/compute.hpp"

namespace {

bool blas_is_torchs(const std::string& library) { return library.find("libtorch_cpu") != std::string::npos; }

}  // namespace

int print_self_check() {
  const auto runtime = ph::Node::parse(R"({"device": "auto"})");
  const auto compute = ph::set_up_compute(runtime);
  const auto blas = ph::blas_library();
  const nlohmann::ordered_json answer{{"libtorch", TORCH_VERSION},           {"blas", blas},
                                      {"blas_ok", blas_is_torchs(blas)},     {"cores", ph::usable_cores()},
                                      {"memory_bytes", ph::usable_memory()}, {"bf16", ph::cpu_has_bf16()},
                                      {"device", compute.device.str()}};
  std::cout << answer.dump(2) << "\n";
  return 0;
}

void warn_about_blas() {
  const auto library = ph::blas_library();
  if (blas_is_torchs(library)) return;
  ph::log_warn("matrix products go to " + library +
               " instead of LibTorch: much slower; remove LD_PRELOAD or see posehost doctor");
}
