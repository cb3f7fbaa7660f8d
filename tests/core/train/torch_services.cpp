#include "train/torch_services.hpp"

#include <ATen/Functions.h>

#include <cstring>

#include "core/model/support.hpp"
#include "plugins/bundled.hpp"
#include "rule/rule_run.hpp"
#include "service/services.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "system/limits.hpp"

using namespace ph;

namespace {

constexpr ph_place cpu{sizeof cpu, 0, PH_DEVICE_CPU, 0, nullptr};
constexpr ph_dtype bf16{PH_DTYPE_BFLOAT, 16, 1};

/// Services of LibTorch for a scope.
struct WithTorchServices {
  WithTorchServices() { use_torch_services(0); }
  ~WithTorchServices() { set_services(plain_services()); }
};

ph_matrix matrix(const at::Tensor& t) {
  return {sizeof(ph_matrix), 0, t.data_ptr(), t.size(0), t.size(1), t.stride(0), t.stride(1)};
}

double apart(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).norm().item<double>() / b.norm().item<double>();
}

/// A matrix after three steps of Muon with equal gradients.
at::Tensor trained(const std::string& ns_dtype, std::int64_t rows, std::int64_t cols) {
  const auto start = test::random_tensor("w", {rows, cols}, 1),
             grad = test::random_tensor("g", {rows, cols}, 1);
  std::vector<std::byte> bytes(static_cast<std::size_t>(start.nbytes()));
  std::memcpy(bytes.data(), start.const_data_ptr(), bytes.size());
  const auto rule = test::make(PH_KIND_OPTIMIZER, "Muon", R"({"lr": 0.1, "ns_dtype": ")" + ns_dtype + "\"}");
  RuleRun run(*rule, 32, {{"w", {rows, cols}, bytes, 0}}, 1 << 16);
  std::vector<double> hypers;
  for (const auto& hyper : hypers_of(*rule)) hypers.push_back(hyper.initial);
  for (int step = 0; step < 3; ++step) {
    run.set_grad(0, grad.const_data_ptr<float>());
    run.driver().update({hypers});
  }
  return at::from_blob(run.data<float>(0), {rows, cols}).clone() - start;
}

}  // namespace

TEST_CASE("products in bfloat16 are a service where the processor has them", "[train][service]") {
  const WithTorchServices with_torch;
  const auto& linalg = *ph::services().linalg;
  const auto a = test::random_tensor("a", {37, 130}, 1).to(at::kBFloat16);
  const auto b = test::random_tensor("b", {21, 130}, 1).to(at::kBFloat16);
  const auto c = test::random_tensor("c", {37, 21}, 1).to(at::kBFloat16), before = c.clone();
  const auto left = matrix(a), right = matrix(b.t()), out = matrix(c);
  const auto status = linalg.gemm(linalg.ctx, &cpu, bf16, 2, &left, &right, 0.5, &out);
  if (!cpu_has_bf16()) {
    CHECK(status == PH_ERR_UNSUPPORTED);
    CHECK(at::equal(c, before));
    return;
  }
  REQUIRE(status == PH_OK);
  const auto exact = 2 * at::mm(a.to(at::kDouble), b.to(at::kDouble).t()) + 0.5 * before.to(at::kDouble);
  CHECK(apart(c, exact) < 4e-3);  // of 8 bits
  CHECK(linalg.row_sums(linalg.ctx, &cpu, bf16, &left, 1, c.data_ptr()) == PH_ERR_UNSUPPORTED);
}

TEST_CASE("Muon iterates in bfloat16 where that is faster", "[train][service]") {
  const WithTorchServices with_torch;
  const auto [rows, cols] = GENERATE(std::pair(24, 100), std::pair(100, 24));
  const auto exact = trained("param", rows, cols);
  const auto by_default = trained("auto", rows, cols);
  if (!cpu_has_bf16()) {
    CHECK(at::equal(by_default, exact));
    CHECK_THAT(test::error_of([&] { (void)trained("bf16", rows, cols); }),
               test::ContainsSubstring("no fast product of bfloat16"));
    return;
  }
  CHECK(at::equal(by_default, trained("bf16", rows, cols)));
  CHECK(apart(by_default, exact) > 1e-4);
  CHECK(apart(by_default, exact) < 0.03);  // the polynomial amplifies a rounding to 8 bits
}
