#include "train/resume_changes.hpp"

#include <nlohmann/json.hpp>

#include "support/catch.hpp"

using json = nlohmann::ordered_json;

TEST_CASE("What a resumed run takes from an edited config, and what it refuses", "[train][resume]") {
  const auto before =
      json::parse(R"({"optimizer": {"type": "SGD", "lr": 0.1}, "total_epochs": 2, "work_dir": "a",
    "model": {"backbone": {"depth": 18}, "test_cfg": {"flip_test": true}}, "compat": "0.29",
    "data": {"train": {"img_prefix": "x/", "data_cfg": {"image_size": [64, 64]}}}})");
  CHECK(ph::config_changes(before, before).taken.empty());
  auto now = before;
  now["optimizer"]["lr"] = 0.01;
  now["total_epochs"] = 4;
  now["work_dir"] = "b";
  now["model"]["test_cfg"]["flip_test"] = false;
  now["data"]["train"]["img_prefix"] = "y/";
  now["lr_config"] = {{"policy", "fixed"}};
  const auto free = ph::config_changes(before, now);
  CHECK(free.refused.empty());
  CHECK(free.taken == std::vector<std::string>{"/optimizer/lr: 0.1 -> 0.01", "/total_epochs: 2 -> 4",
                                               "/model/test_cfg/flip_test: true -> false",
                                               "/data/train/img_prefix: \"x/\" -> \"y/\"",
                                               "/lr_config: (absent) -> {\"policy\":\"fixed\"}"});
  for (const char* key :
       {"/model/backbone/depth", "/compat", "/optimizer/type", "/data/train/data_cfg/image_size"}) {
    auto other = before;
    other[json::json_pointer(key)] = 50;
    const auto changes = ph::config_changes(before, other);
    REQUIRE(changes.refused.size() == 1);
    CHECK(changes.refused[0].rfind(key, 0) == 0);
    CHECK(changes.taken.empty());
  }
  auto gone = before;
  gone["model"].erase("backbone");
  CHECK(ph::config_changes(before, gone).refused.size() == 1);
}
