// Arguments of the bundled optimizers: defaults, state, what is accepted and what is refused.
#include "optimizer_run.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;
using test::OptimizerRun;

namespace {

using Names = std::vector<std::string>;

std::string error(const std::string& name, const std::string& args) {
  return test::error_of([&] { OptimizerRun(name, args); });
}

}  // namespace

TEST_CASE("slots have torch's names and are there only where they are used", "[plugins][optimizer]") {
  const auto slots = [](const std::string& name, const std::string& args = "{}") {
    return OptimizerRun(name, args).slots();
  };
  CHECK(slots("SGD").empty());
  CHECK(slots("SGD", R"({"momentum": 0.9})") == Names{"momentum_buffer"});
  CHECK(slots("Adam") == Names{"exp_avg", "exp_avg_sq"});
  CHECK(slots("AdamW", R"({"amsgrad": true})") == Names{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"});
  CHECK(slots("RMSprop") == Names{"square_avg"});
  CHECK(slots("RMSprop", R"({"momentum": 0.1, "centered": true})") ==
        Names{"square_avg", "grad_avg", "momentum_buffer"});
  CHECK(slots("ASGD") == Names{"ax"});
  CHECK(OptimizerRun("ASGD", "{}").numbers() == Names{"eta", "mu"});
  CHECK(OptimizerRun("NAdam", "{}").numbers() == Names{"mu_product"});
  CHECK(OptimizerRun("Adam", "{}").numbers().empty());
}

TEST_CASE("defaults and hyper-parameters are torch's", "[plugins][optimizer]") {
  struct Expected {
    std::string name;
    Names names;
    std::vector<double> values;
    std::string momentum;  // hyper-parameter that has this role
  };
  const std::vector<Expected> all{
      {"SGD", {"lr", "momentum", "dampening", "weight_decay"}, {1e-3, 0, 0, 0}, "momentum"},
      {"Adam", {"lr", "beta1", "beta2", "eps", "weight_decay"}, {1e-3, 0.9, 0.999, 1e-8, 0}, "beta1"},
      {"AdamW", {"lr", "beta1", "beta2", "eps", "weight_decay"}, {1e-3, 0.9, 0.999, 1e-8, 1e-2}, "beta1"},
      {"NAdam",
       {"lr", "beta1", "beta2", "eps", "weight_decay", "momentum_decay"},
       {2e-3, 0.9, 0.999, 1e-8, 0, 4e-3},
       "beta1"},
      {"RAdam", {"lr", "beta1", "beta2", "eps", "weight_decay"}, {1e-3, 0.9, 0.999, 1e-8, 0}, "beta1"},
      {"Adamax", {"lr", "beta1", "beta2", "eps", "weight_decay"}, {2e-3, 0.9, 0.999, 1e-8, 0}, "beta1"},
      {"RMSprop", {"lr", "alpha", "eps", "weight_decay", "momentum"}, {1e-2, 0.99, 1e-8, 0, 0}, "momentum"},
      {"Adagrad", {"lr", "lr_decay", "weight_decay", "eps"}, {1e-2, 0, 0, 1e-10}, ""},
      {"Adadelta", {"lr", "rho", "eps", "weight_decay"}, {1.0, 0.9, 1e-6, 0}, ""},
      {"ASGD", {"lr", "lambd", "alpha", "t0", "weight_decay"}, {1e-2, 1e-4, 0.75, 1e6, 0}, ""},
      {"Rprop",
       {"lr", "etaminus", "etaplus", "step_size_min", "step_size_max"},
       {1e-2, 0.5, 1.2, 1e-6, 50},
       ""},
      {"Lion", {"lr", "beta1", "beta2", "weight_decay"}, {1e-4, 0.9, 0.99, 0}, "beta1"},
      {"Adan",
       {"lr", "beta1", "beta2", "beta3", "eps", "weight_decay"},
       {1e-3, 0.98, 0.92, 0.99, 1e-8, 0},
       "beta1"},
      {"SparseAdam", {"lr", "beta1", "beta2", "eps"}, {1e-3, 0.9, 0.999, 1e-8}, "beta1"}};
  for (const auto& expected : all) {
    CAPTURE(expected.name);
    const OptimizerRun run(expected.name, "{}");
    CHECK(run.hyper_names() == expected.names);
    CHECK(run.hypers() == expected.values);
    for (std::size_t i = 0; i < expected.names.size(); ++i) {
      const auto& name = expected.names[i];
      CAPTURE(name);
      CHECK(run.api().hypers[i]->role == (name == "lr"                ? PH_ROLE_LR
                                          : name == expected.momentum ? PH_ROLE_MOMENTUM
                                          : name == "weight_decay"    ? PH_ROLE_WEIGHT_DECAY
                                                                      : PH_ROLE_NONE));
    }
  }
}

TEST_CASE("execution switches are accepted", "[plugins][optimizer]") {
  CHECK_NOTHROW(OptimizerRun("SGD", R"({"foreach": true, "fused": null, "differentiable": false})"));
  CHECK_NOTHROW(OptimizerRun("Adam", R"({"foreach": null, "fused": true, "capturable": false})"));
  CHECK_NOTHROW(OptimizerRun("AdamW", R"({"foreach": false, "capturable": true, "differentiable": null})"));
  CHECK_NOTHROW(OptimizerRun("Adagrad", R"({"foreach": null, "fused": true, "differentiable": false})"));
  for (const char* name : {"NAdam", "RAdam", "Adamax", "RMSprop", "Adadelta", "ASGD", "Rprop"}) {
    CAPTURE(name);
    CHECK_NOTHROW(OptimizerRun(
        name, R"({"foreach": true, "capturable": false, "differentiable": false, "maximize": true})"));
  }
  CHECK_NOTHROW(OptimizerRun("Lion", R"({"use_triton": false, "foreach": null})"));
  CHECK_NOTHROW(OptimizerRun("Adan", R"({"foreach": true, "fused": false, "max_grad_norm": 0.0})"));
}

TEST_CASE("optimizers name the argument that is wrong", "[plugins][optimizer][error]") {
  const auto [name, args, expected] = GENERATE(table<std::string, std::string, std::string>(
      {{"SGD", R"({"momentum": -0.1})", "/momentum"},
       {"SGD", R"({"nesterov": true})",
        "nesterov with momentum 0; expected momentum above 0 and dampening 0"},
       {"SGD", R"({"nesterov": true, "momentum": 0.9, "dampening": 0.1})",
        "nesterov with momentum and dampening; expected momentum above 0 and dampening 0"},
       {"SGD", R"({"betas": [0.9, 0.99]})", "unknown key"},
       {"Adam", R"({"betas": [1.0, 0.99]})", "/betas/0"},
       {"Adam", R"({"betas": [0.9, -0.1]})", "/betas/1"},
       {"Adam", R"({"betas": [0.9]})", "/betas"},
       {"Adam", R"({"momentum": 0.9})", "unknown key"},
       {"AdamW", R"({"decoupled_weight_decay": true})", "unknown key"},
       {"AdamW", R"({"amsgrad": 1})", "/amsgrad"},
       {"NAdam", R"({"momentum_decay": -0.1})", "/momentum_decay"},
       {"NAdam", R"({"momentun_decay": 0.1})", "momentum_decay"},
       {"NAdam", R"({"betas": [0.9, 1.0]})", "/betas/1"},
       {"RAdam", R"({"decoupled_weight_decay": 1})", "/decoupled_weight_decay"},
       {"RAdam", R"({"amsgrad": true})", "unknown key"},
       {"Adamax", R"({"betas": [-0.1, 0.9]})", "/betas/0"},
       {"Adamax", R"({"fused": true})", "unknown key"},
       {"RMSprop", R"({"alpha": -0.1})", "/alpha"},
       {"RMSprop", R"({"momentum": -1})", "/momentum"},
       {"RMSprop", R"({"centred": true})", "centered"},
       {"Adagrad", R"({"lr_decay": -1})", "/lr_decay"},
       {"Adagrad", R"({"initial_accumulator_value": -1})", "/initial_accumulator_value"},
       {"Adagrad", R"({"capturable": true})", "unknown key"},
       {"Adadelta", R"({"rho": 1.1})", "/rho"},
       {"Adadelta", R"({"rho": -0.1})", "/rho"},
       {"Adadelta", R"({"Rho": 0.5})", "rho"},
       {"ASGD", R"({"lambda": 0.1})", "lambd"},
       {"ASGD", R"({"t0": "late"})", "/t0"},
       {"ASGD", R"({"eps": 1e-8})", "unknown key"},
       {"Rprop", R"({"etas": [0, 1.2]})", "/etas/0"},
       {"Rprop", R"({"etas": [1.0, 1.2]})", "etas 1.000000 and 1.200000; expected one below and one above 1"},
       {"Rprop", R"({"etas": [0.5, 1.0]})", "etas 0.500000 and 1.000000; expected one below and one above 1"},
       {"Rprop", R"({"step_sizes": [2, 1]})", "expected the least, then the largest"},
       {"Rprop", R"({"step_sizes": [1]})", "/step_sizes"},
       {"Rprop", R"({"weight_decay": 0.1})", "unknown key"},
       {"Lion", R"({"betas": [0.9, 1.1]})", "/betas/1"},
       {"Lion", R"({"eps": 1e-8})", "unknown key"},
       {"Lion", R"({"lr": 0, "decoupled_weight_decay": true})", "expected lr above 0"},
       {"Adan", R"({"betas": [0.9, 0.99]})", "/betas"},
       {"Adan", R"({"betas": [0.9, 0.99, 1.0]})", "/betas/2"},
       {"Adan", R"({"max_grad_norm": 1.0})", "optimizer_config.grad_clip.max_norm"},
       {"Adan", R"({"maximize": true})", "unknown key"},
       {"SparseAdam", R"({"lr": 0})", "/lr"},
       {"SparseAdam", R"({"eps": 0})", "/eps"},
       {"SparseAdam", R"({"weight_decay": 0.1})", "unknown key"}}));
  CAPTURE(name, args);
  REQUIRE_THAT(error(name, args), ContainsSubstring(expected));
}

TEST_CASE("bounds that all of them share", "[plugins][optimizer][error]") {
  for (const char* name : {"SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop", "Adagrad",
                           "Adadelta", "ASGD", "Rprop", "Lion", "Adan", "SparseAdam"}) {
    CAPTURE(name);
    CHECK_THAT(error(name, R"({"lr": -1})"), ContainsSubstring("/lr"));
    CHECK_THAT(error(name, R"({"lr": "fast"})"), ContainsSubstring("/lr"));
    CHECK_THAT(error(name, R"({"lrr": 0.1})"), ContainsSubstring("unknown key") && ContainsSubstring("lr"));
  }
  for (const char* name : {"SGD", "Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop", "Adagrad",
                           "Adadelta", "ASGD", "Lion", "Adan"})
    CHECK_THAT(error(name, R"({"weight_decay": -1})"), ContainsSubstring("/weight_decay"));
  for (const char* name :
       {"Adam", "AdamW", "NAdam", "RAdam", "Adamax", "RMSprop", "Adagrad", "Adadelta", "Adan", "SparseAdam"})
    CHECK_THAT(error(name, R"({"eps": -1e-8})"), ContainsSubstring("/eps"));
}

TEST_CASE("SparseAdam refuses dense gradients, before anything is trained", "[plugins][optimizer][error]") {
  const OptimizerRun run("SparseAdam", R"({"lr": 0.1, "betas": [0.5, 0.9], "eps": 1e-6, "maximize": true})");
  const std::string reason = "SparseAdam does not support dense gradients, please consider Adam instead";
  CHECK_THAT(test::error_of([&] { run.prepare(); }), ContainsSubstring(reason));
  test::Parameter<float> p{{1.0f}, {}, 0};
  CHECK_THAT(test::error_of([&] { run.update(p, {1.0f}); }), ContainsSubstring(reason));
}
