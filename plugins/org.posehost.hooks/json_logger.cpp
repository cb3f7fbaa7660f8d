// SPDX-License-Identifier: Apache-2.0
//
// The JSON part of mmcv's TextLoggerHook: <work_dir>/<name>.log.json, one object a line; first facts of
// the run, then rows in mmcv's order of keys, with numbers in full precision (mmcv rounds to 5 digits,
// which makes a small lr 0). A number that is none is null. Log lines are worth less than the training:
// a disk that is full is a warning, said once.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "logger.hpp"
#include "version.hpp"

namespace {

using Json = nlohmann::ordered_json;

class JsonLogger final : public LoggerHook {
 public:
  static constexpr auto info = ph::component("JsonLogger", "a JSON object every few iterations");
  static constexpr auto args = logger_args;

  explicit JsonLogger(const ph::Config& config) : LoggerHook{config}, host_{config.host()} {}
  ~JsonLogger() override {
    if (file_ >= 0) ::close(file_);
  }

  void before_run(ph::RunView& run) override {
    if (run.rank() != 0) return;
    path_ = std::string(run.work_dir()) + "/" + std::string(run.name()) + ".log.json";
    file_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0) return warn();
    // What `iter` of the rows counts, for who plots them.
    put({{"seed", run.seed()},
         {"posehost", version},
         {"iters_per_epoch", run.now().iters_per_epoch},
         {"by_epoch", by_epoch()}});
  }

 private:
  void write(const ph::RunView&, const LogRow& row) override {
    if (file_ < 0) return;
    Json json{{"mode", row.train ? "train" : "val"}, {"epoch", row.epoch}, {"iter", row.iter}};
    if (row.lr) json["lr"] = *row.lr;
    if (!row.part_lrs.empty()) json["lr"] = Json::object();
    for (const auto& [part, lr] : row.part_lrs) json["lr"][part] = lr;
    if (const double* memory = row.find("memory")) json["memory"] = static_cast<std::int64_t>(*memory);
    for (const auto& value : row.values)
      if (value.name != "memory") json[value.name] = value.value;
    put(json);
  }

  // The whole line in one call: who reads along does not see half of one, unless the disk is full.
  void put(const Json& json) {
    const auto line =
        (broken_ ? "\n" : "") + json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    const auto written = ::write(file_, line.data(), line.size());
    if (written < 0) return warn();
    broken_ = static_cast<std::size_t>(written) < line.size();
    if (!broken_) return;
    errno = ENOSPC;  // a short write sets none
    warn();
  }

  void warn() {
    if (!warned_) host_.warning("cannot write " + path_ + ": " + std::strerror(errno) + "; rows are lost");
    warned_ = true;
  }

  ph::Host host_;
  std::string path_;
  int file_ = -1;
  bool broken_ = false;  // the last line was cut off
  bool warned_ = false;
};

}  // namespace

POSEHOST_COMPONENT(JsonLogger);
