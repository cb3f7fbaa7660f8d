// Rules written once: the generated kernel computes what the plugin computes, and compiles for GPUs. No GPU
// has run it: the same text runs here on an emulated grid.
#include "kernel/kernel_source.hpp"

#include <dlfcn.h>
#include <posehost/abi_draft.h>

#include <cstring>
#include <fstream>
#include <random>

#include "core/plugin/plugin_fixtures.hpp"
#include "kernel/nvrtc.hpp"
#include "plugin/catalog.hpp"
#include "rule/rule_run.hpp"
#include "support/error_of.hpp"
#include "system/child.hpp"

using test::ContainsSubstring;

namespace {

/// The fixture's components: "Adam" and "Plain", which has no state.
const ph::LoadedComponent& rule(const std::string& name) {
  static const auto library = ph::PluginLibrary::open(test::fixture("rules_once"));
  for (const auto& component : library.components()) {
    if (component.name == name) return component;
  }
  throw std::logic_error("no " + name);
}

template <class Real>
std::vector<Real> draw(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<Real> all(n);
  for (auto& value : all) value = static_cast<Real>(normal(random));
  return all;
}

/// The generated text as a function of this process.
template <class Real>
class Emulated {
 public:
  explicit Emulated(const ph::LoadedComponent& component) {
    const auto source = folder_ / "kernel.cpp", library = folder_ / "kernel.so";
    std::ofstream(source) << ph::kernel_source(ph::rule_source_of(component), sizeof(Real) * 8,
                                               ph::KernelTarget::emulated);
    const auto built = ph::run_child({POSEHOST_TEST_CXX, "-O2", "-ffp-contract=off", "-fPIC", "-shared", "-o",
                                      library.string(), source.string()},
                                     60'000);
    INFO(built.output);
    REQUIRE(built.exit_code == 0);
    void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    REQUIRE(handle != nullptr);
    grid_ = reinterpret_cast<Grid>(dlsym(handle, "posehost_rule_grid"));
    REQUIRE(grid_ != nullptr);
  }
  void run(const std::vector<ph_kernel_chunk>& chunks, const std::vector<Real>& scalars) const {
    grid_(chunks.data(), static_cast<unsigned>(chunks.size()), scalars.data());
  }

 private:
  using Grid = void (*)(const void*, unsigned, const void*);
  test::TempFolder folder_;
  Grid grid_ = nullptr;
};

template <class Real>
void check_equal(const std::string& name, const char* args) {
  constexpr std::size_t n = 10'003;  // an odd tail
  constexpr std::size_t cut = 4'096;
  const ph::PluginInstance instance(rule(name), ph::Node::parse(args));
  const auto& api = instance.api<ph_optimizer_api>();
  auto start = draw<Real>(n, 1);
  std::vector<std::byte> bytes(n * sizeof(Real));
  std::memcpy(bytes.data(), start.data(), bytes.size());
  ph::RuleRun run(instance, sizeof(Real) * 8, {{"p", {static_cast<std::int64_t>(n)}, bytes, 0}});
  const Emulated<Real> emulated(rule(name));
  std::vector<std::vector<Real>> states(run.state().size(), std::vector<Real>(n));
  std::vector<double> hypers;
  for (const auto& hyper : ph::hypers_of(instance)) hypers.push_back(hyper.initial);

  for (std::int64_t step = 1; step <= 10; ++step) {
    const auto grad = draw<Real>(n, static_cast<unsigned>(step) + 1);
    run.set_grad(0, grad.data());
    run.driver().update({hypers});

    std::vector<double> wide(static_cast<std::size_t>(api.n_scalars));
    ph_scalars_args numbers{};
    numbers.size = sizeof numbers;
    numbers.hyper = hypers.data();
    numbers.n_hyper = api.n_hypers;
    numbers.step = step;
    numbers.out = wide.data();
    numbers.n_out = api.n_scalars;
    REQUIRE(api.scalars(instance.self(), &numbers) == PH_OK);
    std::vector<ph_kernel_chunk> chunks;
    for (std::size_t begin = 0; begin < n; begin += cut) {
      ph_kernel_chunk chunk{
          &start[begin], &grad[begin], {}, static_cast<std::int64_t>(std::min(cut, n - begin))};
      for (std::size_t s = 0; s < states.size(); ++s) chunk.slot[s] = &states[s][begin];
      chunks.push_back(chunk);
    }
    std::vector<Real> scalars;
    for (const double value : wide) scalars.push_back(static_cast<Real>(value));
    emulated.run(chunks, scalars);
  }
  CHECK(std::memcmp(start.data(), run.param(0).data.data(), bytes.size()) == 0);
  for (std::size_t s = 0; s < states.size(); ++s)
    CHECK(std::memcmp(states[s].data(), run.state()[s].data.data(), bytes.size()) == 0);
}

}  // namespace

TEST_CASE("a rule's text computes the bits of the plugin", "[kernel]") {
  check_equal<float>("Adam", R"({"weight_decay": 0.1})");
  check_equal<double>("Adam", "{}");
  check_equal<float>("Plain", R"({"lr": 0.5})");
}

TEST_CASE("a rule's text has its parts", "[kernel]") {
  const auto source = ph::rule_source_of(rule("Adam"));
  CHECK(source.states == std::vector<std::string>{"exp_avg", "exp_avg_sq"});
  CHECK(source.scalars.size() == 6);
  CHECK_THAT(source.file, ContainsSubstring("rules_once.cpp"));
  const auto text = ph::kernel_source(source, 32, ph::KernelTarget::cuda);
  CHECK_THAT(text, ContainsSubstring("#line " + std::to_string(source.line)));
  CHECK_THAT(text, ContainsSubstring("typedef float Real;"));
  CHECK(ph::rule_source_of(rule("Plain")).states.empty());
}

TEST_CASE("a plugin without text is told so", "[kernel][error]") {
  const auto library = ph::PluginLibrary::open(test::fixture("good"));
  CHECK_THAT(test::error_of([&] { (void)ph::rule_source_of(library.components()[0]); }),
             ContainsSubstring("its rule is not there as text"));
}

TEST_CASE("NVRTC compiles rules for GPUs", "[kernel][nvrtc]") {
  std::optional<ph::Nvrtc> compiler;
  const auto missing = test::error_of([&] { compiler = ph::Nvrtc::open(); });
  if (!compiler) {
    WARN("not run: " << missing);
    return;
  }
  for (const std::string name : {"Adam", "Plain"}) {
    const auto source = ph::kernel_source(ph::rule_source_of(rule(name)), 32, ph::KernelTarget::cuda);
    for (const std::string arch : {"sm_75", "sm_80", "sm_90"}) {
      CAPTURE(name, arch);
      CHECK(compiler->compile(source, name, arch).code.substr(1, 3) == "ELF");
    }
    const auto ptx = compiler->compile(source, name, "compute_80").code;
    CHECK_THAT(ptx, ContainsSubstring(".visible .entry posehost_rule"));
    CHECK(ph::double_instructions(ptx) == 0);
    CHECK(ptx.find("fma") == std::string::npos);
  }
  auto wrong = ph::rule_source_of(rule("Adam"));
  wrong.body = "{ p -= 0.5 * lr_of_nobody; }";
  CHECK_THAT(
      test::error_of([&] {
        (void)compiler->compile(ph::kernel_source(wrong, 32, ph::KernelTarget::cuda), "Adam", "sm_80");
      }),
      ContainsSubstring("rules_once.cpp(" + std::to_string(wrong.line)) && ContainsSubstring("lr_of_nobody"));
  wrong.body = "{ p -= 0.5 * g; }";
  const auto promoted =
      compiler->compile(ph::kernel_source(wrong, 32, ph::KernelTarget::cuda), "Adam", "compute_80");
  CHECK(ph::double_instructions(promoted.code) > 0);
}

TEST_CASE("a folder without NVRTC is named", "[kernel][error]") {
  const test::TempFolder empty;
  CHECK_THAT(test::error_of([&] { (void)ph::Nvrtc::open(empty.path()); }),
             ContainsSubstring("looked in " + empty.path().string()));
}
