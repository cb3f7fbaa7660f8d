// SPDX-License-Identifier: Apache-2.0
//
// mmcv's MlflowLoggerHook over MLflow's REST interface. The run never waits for the server while it trains:
// each iteration does what the network has ready. What a server that is away did not get is kept in
// <work_dir>/mlflow_waiting.json, and sent by the run that goes on from there; the id of the run on the
// server is in mlflow_run.json beside it, not in checkpoints, which are equal for equal runs.
#define POSEHOST_LIBRARIES "libcurl.so.4"
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "logger.hpp"
#include "mlflow_client.hpp"
#include "version.hpp"

namespace {

using Json = nlohmann::json;

// {"a": 1} -> [{"key": "a", "value": "1"}]
Json pairs(const ph::Config& config, const char* name) {
  const auto all = Json::parse(config.json(), nullptr, false);
  Json list = Json::array();
  if (!all.is_object() || !all.contains(name) || !all[name].is_object()) return list;
  for (const auto& [key, value] : all[name].items())
    list.push_back({{"key", key}, {"value", value.is_string() ? value.get<std::string>() : value.dump()}});
  return list;
}

std::string server_of(const ph::Config& config) {
  auto url = config.get<std::optional<std::string>>("tracking_uri").value_or("");
  const char* variable = std::getenv("MLFLOW_TRACKING_URI");
  if (url.empty() && variable != nullptr) url = variable;
  while (!url.empty() && url.back() == '/') url.pop_back();
  return url;
}

class MlflowLogger final : public LoggerHook {
 public:
  static constexpr auto info = ph::component("MlflowLogger", "rows for an MLflow server");
  static constexpr auto args = with_logger_args(
      ph::arg<std::optional<std::string>>("exp_name", ph::null, "experiment on the server; null: Default"),
      ph::raw_arg("tags", R"({"type":["object","null"],"default":null})", "of the run on the server"),
      ph::raw_arg("params", R"({"type":["object","null"],"default":null})", "of the run on the server"),
      ph::arg<std::optional<bool>>("log_model", ph::null,
                                   "of mmcv; no effect here: weights stay in the work dir"),
      ph::arg<std::optional<std::string>>("tracking_uri", ph::null,
                                          "http(s)://host:port; null: the variable MLFLOW_TRACKING_URI"),
      ph::arg<double>("final_wait_s", 10.0, ph::range(0, 600), "seconds to wait for the server at the end"));

  explicit MlflowLogger(const ph::Config& config)
      : LoggerHook{config},
        url_{server_of(config)},
        wait_{config.get<double>("final_wait_s")},
        host_{config.host()} {
    run_.experiment = config.get<std::optional<std::string>>("exp_name").value_or("Default");
    run_.tags = pairs(config, "tags");
    run_.params = pairs(config, "params");
  }
  ~MlflowLogger() override {
    try {
      if (client_) keep();
    } catch (...) {  // a crash of the run is worse
    }
  }

  void before_run(ph::RunView& run) override {
    if (run.rank() != 0) return;
    folder_ = std::string(run.work_dir());
    if (url_.rfind("http://", 0) != 0 && url_.rfind("https://", 0) != 0) {
      host_.warning("no server to log to: tracking_uri is \"" + url_ +
                    "\"; expected http://host:port, there or in MLFLOW_TRACKING_URI");
      return;
    }
    run_.name = std::string(run.name());
    if (run.start_iter() > 0) {
      const auto known = read("mlflow_run.json");
      if (known.is_object() && known.value("tracking_uri", "") == url_)
        run_.run_id = known.value("run_id", "");
    }
    client_ = std::make_unique<MlflowClient>(url_, run_);
    if (run.start_iter() > 0) client_->restore(read("mlflow_waiting.json"));
    pump({});
  }

  void after_train_iter(ph::RunView& run) override {
    LoggerHook::after_train_iter(run);
    pump({});
  }
  void after_val_iter(ph::RunView&) override { pump({}); }

  void after_run(ph::RunView& run) override {
    if (!client_) return;
    const bool whole = run.now().iter >= run.now().max_iters;
    client_->end(whole ? "FINISHED" : "KILLED");
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + std::chrono::duration<double>(wait_);
    while (!client_->idle() && Clock::now() < until) {
      pump(std::chrono::milliseconds(50));
      if (away_) break;  // it will not come back in seconds
    }
    keep();
  }

 private:
  void write(const ph::RunView& run, const LogRow& row) override {
    if (!client_) return;
    const std::string mode = row.train ? "train/" : "val/";
    for (const auto& value : row.values) client_->add(mode + value.name, value.value, row.step);
    for (const auto& [part, lr] : row.part_lrs) client_->add("learning_rate/" + part, lr, row.step);
    if (row.train && row.lr && row.part_lrs.empty()) client_->add("learning_rate", *row.lr, row.step);
    if (const auto momentum = row.train ? run.hyper(0, "momentum") : std::nullopt)
      client_->add("momentum", *momentum, row.step);
  }

  void pump(std::chrono::milliseconds wait) {
    if (!client_) return;
    client_->step(wait);
    if (const auto text = client_->take_message(); !text.empty()) {
      away_ = text.find("values wait") != std::string::npos;
      host_.warning(text);
    }
    if (client_->run_id() == told_) return;
    told_ = client_->run_id();
    std::ofstream(folder_ + "/mlflow_run.json") << Json{{"tracking_uri", url_}, {"run_id", told_}} << "\n";
    host_.info("MLflow run " + told_ + " on " + url_);
  }

  void keep() const {
    const auto file = folder_ + "/mlflow_waiting.json";
    if (client_->waiting().empty()) {
      std::error_code ignored;
      std::filesystem::remove(file, ignored);
      return;
    }
    Json all = Json::array();
    for (const auto& value : client_->waiting()) all.push_back(value);
    std::ofstream(file) << all << "\n";
  }

  Json read(const char* name) const {
    std::ifstream in(folder_ + "/" + name);
    return Json::parse(in, nullptr, false);
  }

  std::string url_;
  double wait_;
  ph::Host host_;
  MlflowRun run_;
  std::string folder_, told_;
  std::unique_ptr<MlflowClient> client_;
  bool away_ = false;
};

}  // namespace

POSEHOST_COMPONENT(MlflowLogger);
POSEHOST_PLUGIN("org.posehost.mlflow", version, "Apache-2.0", "posehost authors", MlflowLogger);
