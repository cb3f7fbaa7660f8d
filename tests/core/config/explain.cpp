#include "config/explain.hpp"

#include <cstdlib>

#include "config/run_config.hpp"
#include "config_folder.hpp"
#include "support/catch.hpp"

using ph::ValueOrigin;
using test::ContainsSubstring;

namespace {

struct Explained {
  test::ConfigFolder folder;
  ph::Node loaded;
  explicit Explained(const ph::ConfigOverrides& overrides = {}) {
    ::setenv("POSEHOST_TEST_SECRET", "hunter2", 1);
    folder.write("base.json", "{\n\"seed\": 1,\n\"optimizer\": {\"type\": \"Adam\",\n\"lr\": 0.1}}");
    const auto file =
        folder.write("cfg.json",
                     "{\"_base_\": \"base.json\",\n\"total_epochs\": 3,\n\"optimizer\": {\"lr\": "
                     "0.2},\n\"work_dir\": \"{{$POSEHOST_TEST_SECRET}}/x\",\n"
                     "\"model\": {\"type\": \"TopDown\"}, \"data\": {\"train\": {\"type\": "
                     "\"TopDownCocoDataset\"}}, \"lr_config\": {\"policy\": \"step\", \"step\": [1, 2]}}");
    loaded = ph::load_config(file, overrides);
  }
  ~Explained() { ::unsetenv("POSEHOST_TEST_SECRET"); }
  [[nodiscard]] std::vector<ValueOrigin> all(const std::string& key) const {
    return ph::explain_config(loaded, ph::check_run_config(loaded), key);
  }
  [[nodiscard]] ValueOrigin one(const std::string& key) const {
    const auto origins = all(key);
    REQUIRE(origins.size() == 1);
    return origins[0];
  }
};

}  // namespace

TEST_CASE("a value is traced to the file and line that said it last", "[config][explain]") {
  const Explained config;
  auto lr = config.one("optimizer.lr");
  CHECK(lr.path == "/optimizer/lr");
  CHECK(lr.value == "0.2");
  CHECK(lr.kind == "file");
  CHECK_THAT(lr.source, ContainsSubstring("cfg.json"));
  CHECK(lr.line == 3);
  auto type = config.one("/optimizer/type");
  CHECK_THAT(type.source, ContainsSubstring("base.json"));
  CHECK(type.line == 3);
  const auto steps = config.one("lr_config.step");
  CHECK(steps.value == "[1,2]");
  CHECK(steps.line == 5);
}

TEST_CASE("overrides, defaults and the environment are told apart", "[config][explain]") {
  const Explained config{{{"optimizer.lr=0.5"}, {"seed=7"}}};
  CHECK(config.one("optimizer.lr").kind == "command line");
  CHECK(config.one("optimizer.lr").source == "--set optimizer.lr");
  CHECK(config.one("seed").kind == "command line");
  const auto precision = config.one("runtime.precision");
  CHECK(precision.kind == "default");
  CHECK(precision.value == "\"fp32\"");
  CHECK_THAT(precision.doc, ContainsSubstring("bf16"));
  const auto dir = config.one("work_dir");
  CHECK(dir.kind == "environment");
  CHECK(dir.value == "\"{{$POSEHOST_TEST_SECRET}}/x\"");
  CHECK(dir.line == 4);
}

TEST_CASE("an object is explained value by value", "[config][explain]") {
  const Explained config;
  const auto origins = config.all("optimizer");
  REQUIRE(origins.size() == 2);
  CHECK(origins[0].path == "/optimizer/type");
  CHECK(origins[1].path == "/optimizer/lr");
  CHECK(config.all("").size() > 10);
}

TEST_CASE("what nobody set and what nobody knows are told apart", "[config][explain][error]") {
  const Explained config;
  const auto absent = config.one("load_from");
  CHECK(absent.kind == "not set");
  CHECK(absent.value.empty());
  CHECK_THAT(absent.doc, ContainsSubstring("weights"));
  CHECK_THAT(test::error_of([&] { (void)config.all("optimiser.lr"); }),
             ContainsSubstring("did you mean \"optimizer\""));
  CHECK_THAT(test::error_of([&] { (void)config.all("runtime.device.x"); }),
             ContainsSubstring("no \"x\" in /runtime/device"));
  CHECK_THAT(test::error_of([&] { (void)config.all("lr_config.step.7.a"); }), ContainsSubstring("no \"7\""));
}
