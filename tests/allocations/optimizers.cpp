// After its first update no optimizer allocates anything: no plugin, not what drives it, not LibTorch on its behalf.
#include <ATen/Functions.h>

#include <set>

#include "core/train/small_run.hpp"
#include "counted_malloc.hpp"
#include "support/catch.hpp"
#include "train/evaluator.hpp"

namespace {

/// Every optimizer of the tutorial, with what makes its state large; Muon in both types that it iterates in.
std::map<std::string, ph::Json> optimizers() {
  std::map<std::string, ph::Json> all;
  for (const auto& entry :
       std::filesystem::directory_iterator(POSEHOST_SOURCE_DIR "/configs/tutorial/optimizers")) {
    if (entry.path().extension() != ".json") continue;
    auto config = ph::load_config(entry.path()).at("optimizer").json();
    all[config["type"]] = config;
  }
  all["Muon in fp32"] = all.at("Muon");
  all["Muon in fp32"]["ns_dtype"] = "param";
  return all;
}

std::set<std::string> bundled(const ph::RunPlan& plan) {
  std::set<std::string> names;
  const std::string ours = "org.posehost.optimizers/";
  for (const auto& ref : plan.plugins->components(PH_KIND_OPTIMIZER)) {
    const auto name = ref.qualified_name();
    if (name.compare(0, ours.size(), ours) == 0) names.insert(name.substr(ours.size()));
  }
  names.erase("SparseAdam");  // takes no dense gradients
  return names;
}

ph::RunPlan plan_of(const std::filesystem::path& folder, const ph::Json& optimizer) {
  ph::Json patch{{"evaluation", nullptr},
                 {"lr_config",
                  {{"policy", "fixed"},
                   {"step", nullptr},
                   {"warmup", nullptr},
                   {"warmup_iters", nullptr},
                   {"warmup_ratio", nullptr}}},
                 {"optimizer", optimizer}};
  return ph::make_plan(test::small_run(folder, patch.dump()));
}

// Gradients as a training has them, in whatever layout autograd chose.
void differentiate(ph::RunPlan& plan) {
  plan.model->train();
  plan.train->start(0);
  const auto batch = ph::to_device(*plan.train->next(), plan.compute);
  auto output = [&] {
    const ph::AutocastScope autocast(plan.compute);
    return plan.model->train_step(batch);
  }();
  output.loss.backward();
  plan.train.reset();  // its threads allocate on
}

}  // namespace

TEST_CASE("The counter counts", "[allocations]") {
  const test::CountedAllocations counted;
  void* volatile memory = std::malloc(100);
  std::free(memory);
  delete[] new volatile char[50];
  const auto tensor = at::empty({1000});
  CHECK(counted.count() >= 3);
  CHECK(counted.bytes() >= 4150);
}

TEST_CASE("No optimizer allocates anything after its first update", "[allocations][optimizer]") {
  const test::TempFolder folder;
  const auto all = optimizers();
  std::set<std::string> there;
  for (const auto& entry : all) there.insert(entry.second["type"]);
  CHECK(there == bundled(plan_of(folder.path(), all.at("SGD"))));
  for (const auto& [type, config] : all) {
    auto plan = plan_of(folder.path(), config);
    differentiate(plan);
    auto& set = *plan.optimizers;
    ph::RuleDriver::Evaluate evaluate;
    double loss = 1;
    if (set.needs_closure()) evaluate = [&loss] { return loss *= 0.9; };
    set.step(evaluate, loss);
    std::int64_t count = 0, bytes = 0;
    {
      const test::CountedAllocations counted;
      for (int step = 0; step < 3; ++step) set.step(evaluate, loss);
      count = counted.count();
      bytes = counted.bytes();
    }
    CAPTURE(config.dump(), count, bytes);
    // Muon's matrix products are LibTorch's, which makes headers of tensors for each, and where it computes in bf16 oneDNN
    // descriptions of them: small ones, and none for numbers.
    if (type == "Muon in fp32") {
      CHECK(bytes < 128 * count);
    } else if (type == "Muon") {
      CHECK(bytes < 1024 * count);
    } else {
      CHECK(count == 0);
    }
  }
}
