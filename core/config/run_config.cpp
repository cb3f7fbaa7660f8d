#include "config/run_config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/run_rules.hpp"
#include "config/schema.hpp"
#include "embedded.hpp"
#include "log/log.hpp"

namespace ph {
namespace {

const Schema& run_schema() {
  static const Schema schema = Schema::parse(embedded::RUN_SCHEMA, "the run config");
  return schema;
}

std::vector<std::string> names_at_top() {
  std::vector<std::string> names;
  for (const auto& key : run_config_ignored()) {
    if (key.name.find('.') == std::string::npos) names.push_back(key.name);
  }
  return names;
}

void say_ignored(const Node& config) {
  for (const auto& key : run_config_ignored()) {
    const Json* at = &config.json();
    std::string rest = key.name;
    while (at != nullptr && !rest.empty()) {
      const auto dot = rest.find('.');
      const std::string step = rest.substr(0, dot);
      const auto found = at->is_object() ? at->find(step) : at->end();
      at = found == at->end() ? nullptr : &*found;
      rest = dot == std::string::npos ? std::string() : rest.substr(dot + 1);
    }
    if (at != nullptr) log_debug("config: \"" + key.name + "\" is not used: " + key.why);
  }
}

Node check_schema(const Node& config) {
  if (!config.is_object()) throw config.error("not a config", "an object: {…}");
  refuse_not_available(config);
  static const std::vector<std::string> ignored = names_at_top();
  return run_schema().check(config, ignored);
}

}  // namespace

const std::vector<IgnoredKey>& run_config_ignored() {
  static const std::vector<IgnoredKey> keys = [] {
    std::vector<IgnoredKey> all;
    const auto add = [&](const std::string& why, std::initializer_list<const char*> names) {
      for (const char* name : names) all.push_back({name, why});
    };
    add("a variable of the Python config, already copied to where it is used", {"channel_cfg",
                                                                                "data_cfg",
                                                                                "train_data_cfg",
                                                                                "val_data_cfg",
                                                                                "test_data_cfg",
                                                                                "labeled_data_cfg",
                                                                                "unlabeled_data_cfg",
                                                                                "train_pipeline",
                                                                                "val_pipeline",
                                                                                "test_pipeline",
                                                                                "train_labeled_pipeline",
                                                                                "train_unlabeled_pipeline",
                                                                                "train_adv_pipeline",
                                                                                "data_root",
                                                                                "target_type",
                                                                                "norm_cfg",
                                                                                "backbone",
                                                                                "pretrained",
                                                                                "num_joints",
                                                                                "img_res",
                                                                                "image_size",
                                                                                "heatmap_size",
                                                                                "sub_space_size",
                                                                                "space_size",
                                                                                "space_center",
                                                                                "cube_size",
                                                                                "sub_cube_size",
                                                                                "joint_2d_normalize_param",
                                                                                "joint_3d_normalize_param"});
    add("one process trains", {"dist_params", "find_unused_parameters", "gpu_ids", "launcher"});
    add("data is loaded by threads, not processes", {"mp_start_method", "opencv_num_threads"});
    add("see runtime.deterministic", {"cudnn_benchmark"});
    add("what it asks for is the case here", {"use_adversarial_train"});  // null or false
    for (const std::string part :
         {"data", "data.train_dataloader", "data.val_dataloader", "data.test_dataloader"}) {
      all.push_back({part + ".prefetch_factor", "see prefetch"});
      all.push_back({part + ".persistent_workers", "threads stay"});
      all.push_back({part + ".pin_memory", "done where it helps"});
    }
    return all;
  }();
  return keys;
}

Node check_run_config(const Node& config) {
  const Node checked = check_schema(config);
  check_run_rules(checked);
  say_ignored(checked);
  return checked;
}

Node check_schedule_config(const Node& config) {
  const Node checked = check_schema(config);
  if (!checked.has("optimizer")) {
    throw checked.error("\"optimizer\" is missing: its hyper-parameters are what schedules change",
                        "\"optimizer\": an object", "\"optimizer\": {\"type\": \"Adam\", \"lr\": 0.0005}");
  }
  check_optimizers(checked);
  check_run_length(checked);
  return checked;
}

Node check_model_config(const Node& config) {
  const Node checked = check_schema(config);
  if (checked.has("model")) return checked;
  throw checked.error("\"model\" is missing", "\"model\": an object",
                      "a whole config, or one with the model alone");
}

std::string run_schema_text() { return std::string(embedded::RUN_SCHEMA); }

}  // namespace ph
