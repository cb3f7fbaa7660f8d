#include "run/run_status.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "system/similar_file.hpp"

namespace ph {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

Json numbers(const std::vector<std::pair<std::string, double>>& values) {
  Json json = Json::object();
  for (const auto& [name, value] : values) json[name] = value;
  return json;
}

Json sums(const std::vector<RunTimes::Sum>& times) {
  Json json = Json::array();
  for (const auto& [who, what, ns, calls] : times)
    json.push_back({{"who", who}, {"what", what}, {"s", static_cast<double>(ns) * 1e-9}, {"calls", calls}});
  return json;
}

// Beside it and renamed, without waiting for the disk: it is written often, and worth nothing after a
// power cut.
bool replace(const fs::path& file, const std::string& text) {
  const auto temporary = file.parent_path() / ("." + file.filename().string() + ".tmp");
  const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (fd < 0) return false;
  const bool whole = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  std::error_code failed;
  if (whole) fs::rename(temporary, file, failed);
  if (!whole || failed) unlink(temporary.c_str());
  return whole && !failed;
}

void read_numbers(const Json& json, const char* key, std::vector<std::pair<std::string, double>>& into) {
  if (!json.contains(key) || !json[key].is_object()) return;
  for (const auto& [name, value] : json[key].items())
    into.emplace_back(name, value.is_number() ? value.get<double>() : std::nan(""));
}

template <class T>
void read(const Json& json, const char* key, T& into) {
  if (!json.contains(key)) return;
  if constexpr (std::is_same_v<T, std::string>) {
    if (json[key].is_string()) into = json[key].get<std::string>();
  } else {
    if (json[key].is_number()) into = json[key].get<T>();
  }
}

void read_sums(const Json& json, std::vector<RunTimes::Sum>& into) {
  constexpr double most = 1e9;  // seconds: whatever a file says fits into nanoseconds
  if (!json.contains("times") || !json["times"].is_array()) return;
  for (const auto& each : json["times"]) {
    if (!each.is_object()) continue;
    RunTimes::Sum sum;
    double seconds = 0;
    read(each, "who", sum.who);
    read(each, "what", sum.what);
    read(each, "s", seconds);
    read(each, "calls", sum.calls);
    if (!(seconds >= 0 && seconds <= most)) continue;
    sum.ns = static_cast<std::int64_t>(seconds * 1e9);
    into.push_back(std::move(sum));
  }
}

// "PCKh@0.1" -> "PCKh_0_1".
std::string metric_name(std::string name) {
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!plain) c = '_';
  }
  return name;
}

}  // namespace

Json to_json(const RunStatus& s) {
  return {{"state", s.state},
          {"why", s.why},
          {"name", s.name},
          {"config", s.config},
          {"epoch", s.epoch},
          {"max_epochs", s.max_epochs},
          {"iter", s.iter},
          {"max_iters", s.max_iters},
          {"loss", s.loss ? Json(*s.loss) : Json()},
          {"hypers", numbers(s.hypers)},
          {"metrics", numbers(s.metrics)},
          {"samples_per_s", s.samples_per_s},
          {"eta_s", s.eta_s},
          {"times", sums(s.times)},
          {"checkpoint", s.checkpoint},
          {"started", s.started},
          {"updated", s.updated},
          {"host", s.host},
          {"pid", s.pid},
          {"exit_code", s.exit_code}};
}

double unix_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

bool write_status(const fs::path& work_dir, const RunStatus& status, bool prometheus) noexcept {
  try {
    const auto text = to_json(status).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    const bool done = replace(work_dir / "status.json", text);
    return (!prometheus || replace(work_dir / "metrics.prom", prometheus_text(status))) && done;
  } catch (...) {
    return false;
  }
}

RunStatus read_status(const fs::path& work_dir) {
  const auto file = work_dir / "status.json";
  std::ifstream in(file);
  if (!in) {
    throw Error(ErrorKind::data, work_dir.string() + ": no run has told its status here",
                fs::exists(work_dir) ? "no status.json" : "no such folder", "the work dir of a run",
                fs::exists(work_dir) ? "posehost runs " + work_dir.string() : similar_file(work_dir));
  }
  std::string text(1 << 20, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("state") || !json["state"].is_string())
    throw Error(ErrorKind::data, file.string() + ": not the status of a run",
                text.empty() ? "an empty file" : "something else", "JSON as posehost run writes it",
                "rm " + file.string() + "; the log and the checkpoints do not need it");
  RunStatus s;
  read(json, "state", s.state);
  read(json, "why", s.why);
  read(json, "name", s.name);
  read(json, "config", s.config);
  read(json, "epoch", s.epoch);
  read(json, "max_epochs", s.max_epochs);
  read(json, "iter", s.iter);
  read(json, "max_iters", s.max_iters);
  if (json.contains("loss") && json["loss"].is_number()) s.loss = json["loss"].get<double>();
  read_numbers(json, "hypers", s.hypers);
  read_numbers(json, "metrics", s.metrics);
  read(json, "samples_per_s", s.samples_per_s);
  read(json, "eta_s", s.eta_s);
  read_sums(json, s.times);
  read(json, "checkpoint", s.checkpoint);
  read(json, "started", s.started);
  read(json, "updated", s.updated);
  read(json, "host", s.host);
  read(json, "pid", s.pid);
  read(json, "exit_code", s.exit_code);
  return s;
}

std::string prometheus_text(const RunStatus& s) {
  std::string text;
  const auto put = [&](const std::string& name, double value) {
    char line[400];
    if (!std::isfinite(value)) return;
    std::snprintf(line, sizeof line, "posehost_%s %.17g\n", metric_name(name).substr(0, 200).c_str(), value);
    text += line;
  };
  put("up", s.state == "running" ? 1 : 0);
  put("epoch", static_cast<double>(s.epoch));
  put("iteration", static_cast<double>(s.iter));
  put("iterations_total", static_cast<double>(s.max_iters));
  if (s.loss) put("loss", *s.loss);
  for (const auto& [name, value] : s.hypers) put("hyper_" + name, value);
  for (const auto& [name, value] : s.metrics) put("metric_" + name, value);
  put("samples_per_second", s.samples_per_s);
  put("eta_seconds", s.eta_s);
  put("start_time_seconds", s.started);
  put("update_time_seconds", s.updated);
  return text;
}

}  // namespace ph
