#include "config/run_rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ph {
namespace {

void check_clipping(const Node& config) {
  const auto section = config.find("optimizer_config");
  const auto clip = section ? section->find("grad_clip") : std::nullopt;
  if (clip && clip->is_object() && !clip->has("max_norm") && !clip->has("clip_value")) {
    throw clip->error("\"max_norm\" is missing", "max_norm or clip_value",
                      "{\"max_norm\": 35, \"norm_type\": 2}");
  }
}

void check_workflow(const Node& config) {
  const Node workflow = config.at("workflow");
  bool trains = false, validates = false;
  for (const Node& entry : workflow.elements()) {
    const Node mode = entry[0], times = entry[1];
    if (!mode.is_string() || (mode.string() != "train" && mode.string() != "val")) {
      throw mode.error("no such mode", "\"train\" or \"val\"",
                       mode.is_string() ? did_you_mean(mode.string(), {"train", "val"}) : std::string());
    }
    if (!times.is_integer() || times.i64() < 1)
      throw times.error("not a number of turns", "an integer, at least 1");
    (mode.string() == "train" ? trains : validates) = true;
  }
  if (!trains) throw workflow.error("nothing is trained", "a [\"train\", 1] in it");
  if (validates && !config.at("data").has("val")) {
    throw workflow.error("\"val\" needs data.val, which is missing", "data.val: a data set",
                         "leave [\"val\", …] out, or add data.val");
  }
}

}  // namespace

// mmcv: a dict of dicts without a type is one optimizer for each part of the network.
void check_optimizers(const Node& config) {
  const auto optimizer = config.find("optimizer");
  if (!optimizer || optimizer->has("type")) return;
  bool any = false;
  for (const auto& key : optimizer->keys()) {
    if (!optimizer->has(key)) continue;
    const auto part = optimizer->at(key);
    any = true;
    if (!part.is_object() || !part.has("type")) {
      throw optimizer->error("no type given",
                             "{\"type\": \"Adam\", …}, or such an object for each part of the "
                             "network: {\"backbone\": {\"type\": …}, …}");
    }
  }
  if (!any) throw optimizer->error("no type given", "{\"type\": \"Adam\", …}");
}

void refuse_not_available(const Node& config) {
  if (const auto adversarial = config.find("use_adversarial_train");
      adversarial && adversarial->json() != false) {
    throw adversarial->error("adversarial training is not available yet", "false, or leave it out");
  }
  if (const auto launcher = config.find("launcher"); launcher && launcher->json() != "none") {
    throw launcher->error("several processes are not available: one process trains on one device", "\"none\"",
                          "leave it out, and scale lr by 1 / number of GPUs");
  }
}

void check_run_length(const Node& config) {
  const auto total = config.find("total_epochs");
  const auto runner = config.find("runner");
  const bool by_iter = runner && runner->at("type").string() == "IterBasedRunner";
  const auto epochs = runner ? runner->find("max_epochs") : std::nullopt;
  const auto iters = runner ? runner->find("max_iters") : std::nullopt;
  if (by_iter) {
    if (!iters) throw runner->error("how long to train is missing", "\"max_iters\": an integer, at least 1");
    if (epochs)
      throw epochs->error("IterBasedRunner counts iterations", "max_iters alone", "leave max_epochs out");
    if (total)
      throw total->error("IterBasedRunner counts iterations", "runner.max_iters alone",
                         "leave total_epochs out");
    return;
  }
  if (iters) {
    throw iters->error("EpochBasedRunner counts epochs", "max_epochs",
                       "\"type\": \"IterBasedRunner\", or leave max_iters out");
  }
  if (!total && !epochs) {
    throw config.error("how long to train is missing", "\"total_epochs\": an integer, at least 1",
                       "\"total_epochs\": 210, or --set total_epochs=210");
  }
  if (total && epochs && total->i64() != epochs->i64()) {
    throw Error(ErrorKind::config, total->where() + ": two different lengths of training",
                "total_epochs " + total->text() + ", runner.max_epochs " + epochs->text(),
                "one of them, or equal ones", "leave one out");
  }
}

void check_run_rules(const Node& config) {
  if (!config.has("model")) throw config.error("\"model\" is missing", "\"model\": an object (the network)");
  if (!config.has("data")) throw config.error("\"data\" is missing", "\"data\": an object (the data sets)");
  if (!config.at("data").has("train")) {
    throw config.at("data").error("\"train\" is missing", "\"train\": an object (the data set to train on)");
  }
  if (!config.json().contains("optimizer")) {
    throw config.error("\"optimizer\" is missing", "\"optimizer\": an object",
                       "\"optimizer\": {\"type\": \"Adam\", \"lr\": 0.0005}");
  }
  check_optimizers(config);
  check_clipping(config);
  check_run_length(config);
  check_workflow(config);
  if (config.has("load_from") && config.has("resume_from")) {
    throw config.at("load_from")
        .error("resume_from is given too, whose weights would replace these", "load_from or resume_from",
               "set one of them to null");
  }
}

}  // namespace ph
