// SPDX-License-Identifier: Apache-2.0
//
// mmcv's EvalHook: evaluates every few epochs or iterations, and keeps the best checkpoint, by one
// metric or by each of several. It can be resumed from. A run resumed from a checkpoint that was written just before an evaluation (they
// are, at the end of an epoch) makes up for that evaluation, so that it ends with the same best file.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>

#include "best_rule.hpp"
#include "counted_by.hpp"
#include "iterations.hpp"

namespace {

using Json = nlohmann::json;

BestRule read_rule(const ph::Config& config) {
  BestRule rule;
  if (config.has("rule"))
    rule.fixed = config.get<std::string_view>("rule") == "greater" ? Better::greater : Better::less;
  if (config.has("greater_keys")) rule.greater_keys = config.get<std::vector<std::string>>("greater_keys");
  if (config.has("less_keys")) rule.less_keys = config.get<std::vector<std::string>>("less_keys");
  return rule;
}

// Names of metrics, "auto" for the first of an evaluation; none: nothing is kept. mmpose also says true and
// false.
std::vector<std::string> read_keys(const ph::Config& config) {
  if (!config.has("save_best")) return {};
  switch (config.type("save_best")) {
    case PH_JSON_BOOL:
      return config.get<bool>("save_best") ? std::vector<std::string>{"auto"} : std::vector<std::string>{};
    case PH_JSON_STRING:
      return {config.get<std::string>("save_best")};
    default:
      return config.get<std::vector<std::string>>("save_best");
  }
}

// The best checkpoint by one metric.
struct Best {
  std::optional<double> value;
  std::string key, file;

  Json json() const { return {{"value", *value}, {"key", key}, {"file", file}}; }
};

class Evaluation final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("Evaluation", "evaluates every few epochs and keeps the best");
  static constexpr auto args = ph::args(
      ph::arg<std::optional<std::int64_t>>("start", ph::null, ph::at_least(0),
                                           "first epoch or iteration; one already reached: before training"),
      ph::arg<std::int64_t>("interval", 1, ph::at_least(1), "epochs or iterations from one to the next"),
      counted_by_epoch,
      ph::raw_arg("save_best",
                  R"({"type":["string","boolean","array","null"],"default":null,"items":{"type":"string"}})",
                  "metric by which the best checkpoint is kept, or a list of them; auto: the first one"),
      ph::arg<std::optional<std::string>>("rule", ph::null, ph::one_of("greater", "less"),
                                          "which value is better; by default by the metric's name"),
      ph::arg<std::optional<std::vector<std::string>>>("greater_keys", ph::null,
                                                       "parts of names of metrics of which more is better"),
      ph::arg<std::optional<std::vector<std::string>>>("less_keys", ph::null,
                                                       "parts of names of metrics of which less is better"),
      ph::arg<bool>("gpu_collect", false, "for several processes; no effect in one"),
      ph::raw_arg("out_dir", R"({"type":"null","default":null})", "only null: files are in the work dir"),
      ph::raw_arg("file_client_args", R"({"type":"null","default":null})", "only null: of mmcv's out_dir"));

  explicit Evaluation(const ph::Config& config)
      : start_{config.get<std::optional<std::int64_t>>("start")},
        interval_{config.get<std::int64_t>("interval")},
        by_epoch_{config.get<bool>("by_epoch")},
        rule_{read_rule(config)},
        host_{config.host()} {
    for (const auto& key : read_keys(config)) {
      if (key != "auto") rule_.of(key);  // throws before the run rather than after an epoch
      const auto same = [&](const auto& entry) { return entry.first == key; };
      if (std::none_of(bests_.begin(), bests_.end(), same)) bests_.emplace_back(key, Best{});
    }
  }

  void before_run(ph::RunView& run) override { check_counted_by(by_epoch_, run); }
  void before_train_epoch(ph::RunView& run) override {
    if (by_epoch_) before_training(run, run.start_epoch());
  }
  void before_train_iter(ph::RunView& run) override {
    if (!by_epoch_) before_training(run, run.start_iter());
    iterations_.begin(run);
  }
  void after_train_epoch(ph::RunView& run) override {
    if (by_epoch_ && is_due(run.now().epoch + 1)) run.request_evaluate();
  }
  void after_train_iter(ph::RunView& run) override {
    if (!by_epoch_ && is_due(run.now().iter + 1)) run.request_evaluate();
  }

  void after_evaluate(ph::RunView& run) override {
    evaluated_at_ = iterations_.done(run);
    if (bests_.empty()) return;
    const auto metrics = run.metrics();
    if (metrics.empty()) return;
    for (auto& [asked, best] : bests_) {
      const auto key = asked == "auto" ? metrics.front().name : asked;
      const double value = find(metrics, key);
      if (is_better(best, key, value)) keep_best(run, best, key, value);
    }
  }

  void after_run(ph::RunView&) override {
    for (const auto& [asked, best] : bests_) {
      if (best.value) host_.info("best    " + best.key + " " + shown(*best.value) + ", " + best.file);
    }
  }

  // One metric's is an object, as it was before there could be several.
  std::string save_state() const override {
    Json json{{"evaluated_at", evaluated_at_}}, list = Json::array();
    for (const auto& [asked, best] : bests_) {
      if (best.value) list.push_back(best.json());
    }
    if (bests_.size() == 1 && !list.empty()) json["best"] = list.front();
    if (bests_.size() > 1) json["best"] = std::move(list);
    return json.dump();
  }
  void load_state(std::string_view bytes) override {
    const auto json = Json::parse(bytes, nullptr, false);
    if (!json.is_object())
      throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "the state is damaged; expected {\"evaluated_at\": number}");
    resumed_ = true;
    evaluated_at_ = json.value("evaluated_at", std::int64_t{-1});
    const auto saved = json.value("best", Json());
    for (const auto& best : saved.is_array() ? saved : Json::array({saved})) load_best(best);
  }

 private:
  // Values of another metric cannot be compared.
  void load_best(const Json& saved) {
    if (!saved.is_object()) return;
    for (auto& [asked, best] : bests_) {
      if (asked != "auto" && saved.value("key", "") != asked) continue;
      best = {std::nullopt, saved.value("key", ""), saved.value("file", "")};
      if (saved.contains("value") && saved["value"].is_number()) best.value = saved["value"].get<double>();
    }
  }

  // `reached`: epochs or iterations that were done when this process began.
  void before_training(ph::RunView& run, std::int64_t reached) {
    if (begun_) return;
    begun_ = true;
    const bool asked = start_ && reached >= *start_;
    const bool at_boundary = !by_epoch_ || run.start_iter() == reached * run.now().iters_per_epoch;
    const bool missed = resumed_ && at_boundary && is_due(reached) && evaluated_at_ < run.start_iter();
    if (asked || missed) run.request_evaluate();
  }

  bool is_due(std::int64_t done) const {
    const auto first = start_.value_or(0);
    return done > 0 && done >= first && (done - first) % interval_ == 0;
  }

  static double find(const std::vector<ph::NamedScalar>& metrics, const std::string& key) {
    std::string names;
    for (const auto& metric : metrics) {
      if (metric.name == key) return metric.value;
      names += (names.empty() ? "" : ", ") + metric.name;
    }
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT,
                      "save_best \"" + key + "\": no such metric; expected \"auto\" or one of " + names);
  }

  bool is_better(const Best& best, const std::string& key, double value) const {
    const auto better = rule_.of(key);
    if (std::isnan(value)) return false;
    return !best.value || (better == Better::greater ? value > *best.value : value < *best.value);
  }

  void keep_best(ph::RunView& run, Best& best, const std::string& key, double value) {
    const char* unit = by_epoch_ ? "epoch" : "iter";
    const auto number = std::to_string(by_epoch_ ? iterations_.epoch(run) : iterations_.done(run));
    auto file_key = key;
    for (char& c : file_key)
      if (c == '/' || c == ' ') c = '_';
    const auto file = "best_" + file_key + "_" + unit + "_" + number + ".safetensors";
    std::vector<std::string> old;
    if (!best.file.empty() && best.file != file) old.push_back(best.file);
    best = {value, key, file};  // part of the file that is about to be written
    run.request_save(file, PH_SAVE_OPTIMIZER, old);
    host_.info("Best " + key + " is " + shown(value) + " at " + number + " " + unit + ".");
  }

  static std::string shown(double value) {
    char text[400];  // %.4f of the largest double has 314 characters
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
  }

  std::optional<std::int64_t> start_;
  std::int64_t interval_;
  bool by_epoch_;
  BestRule rule_;
  ph::Host host_;
  Iterations iterations_;
  bool begun_ = false, resumed_ = false;
  std::int64_t evaluated_at_ = -1;                   // iterations trained at the last evaluation
  std::vector<std::pair<std::string, Best>> bests_;  // as asked for: a metric, or "auto"
};

}  // namespace

POSEHOST_COMPONENT(Evaluation);
