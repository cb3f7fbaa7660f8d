// SPDX-License-Identifier: Apache-2.0
//
// Where the time of some iterations goes, as a Chrome trace (chrome://tracing, Perfetto): waiting for data,
// forward, backward, the optimizer's step, each hook at each stage. mmcv's ProfilerHook writes the operators
// of torch instead: posehost bench --what operators shows those.
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>
#include <posehost/run_services.hpp>

namespace {

using Json = nlohmann::ordered_json;
constexpr const char* any = R"({"type":["null","object","array","string"],"default":null})";

class Profiler final : public ph::Hook {
 public:
  static constexpr auto info =
      ph::component("Profiler", "a Chrome trace of where the time of iterations goes");
  static constexpr auto args = ph::args(
      ph::arg<bool>("by_epoch", false, "count epochs instead of iterations; mmcv has true"),
      ph::arg<std::int64_t>("profile_iters", 10, ph::at_least(1), "iterations or epochs to profile"),
      ph::arg<std::int64_t>("begin", 2, ph::at_least(0), "iterations or epochs of this process before that"),
      ph::arg<std::int64_t>("max_spans", 1 << 20, ph::range(1, 1 << 24), "what is beyond is left out"),
      ph::arg<std::optional<std::string>>("json_trace_path", ph::null,
                                          "file, from the work dir on; null: <name of the log>.trace.json"),
      ph::raw_arg("activities", any, "of torch's profiler; no effect here"),
      ph::raw_arg("schedule", any, "of torch's profiler; no effect here: begin and profile_iters"),
      ph::raw_arg("on_trace_ready", any, "of torch's profiler; no effect here"),
      ph::arg<bool>("record_shapes", false, "of torch's profiler; no effect here"),
      ph::arg<bool>("profile_memory", false, "of torch's profiler; no effect here"),
      ph::arg<bool>("with_stack", false, "of torch's profiler; no effect here"),
      ph::arg<bool>("with_flops", false, "of torch's profiler; no effect here"));
  static constexpr int priority = PH_PRIORITY_LOWEST;

  explicit Profiler(const ph::Config& config)
      : by_epoch_{config.get<bool>("by_epoch")},
        count_{config.get<std::int64_t>("profile_iters")},
        begin_{config.get<std::int64_t>("begin")},
        max_spans_{config.get<std::int64_t>("max_spans")},
        path_{config.get<std::optional<std::string>>("json_trace_path").value_or("")},
        profile_{config},
        host_{config.host()} {}

  void before_run(ph::RunView& run) override {
    if (!profile_) host_.warning("this host does not tell where its time goes; there will be no trace");
    if (path_.empty()) path_ = std::string(run.name()) + ".trace.json";
    path_ = (std::filesystem::path(run.work_dir()) / path_).string();  // one from / on is taken as it is
    if (begin_ == 0) start();
  }
  void after_train_iter(ph::RunView&) override {
    if (!by_epoch_) count();
  }
  void after_train_epoch(ph::RunView&) override {
    if (by_epoch_) count();
  }
  void after_run(ph::RunView&) override { finish(); }

 private:
  void start() {
    if (!profile_ || running_ || done_) return;
    profile_.start(max_spans_);
    running_ = true;
  }
  void count() {
    ++seen_;
    if (seen_ == begin_) start();
    if (running_ && seen_ >= begin_ + count_) finish();
  }

  void finish() {
    if (!running_) return;
    running_ = false;
    done_ = true;
    const auto spans = profile_.stop();
    std::ofstream out(path_);
    out << R"({"displayTimeUnit":"ms","traceEvents":[)";
    for (std::size_t i = 0; i < spans.size(); ++i) out << (i > 0 ? ",\n" : "\n") << event(spans[i]);
    out << "\n]}\n";
    out.close();
    if (!out) {
      host_.warning("cannot write " + path_ + ": " + std::strerror(errno) + "; the trace is lost");
    } else {
      host_.info("trace of " + std::to_string(spans.size()) + " spans in " + path_);
    }
  }

  static std::string event(const ph::ProfileSpan& span) {
    const auto name = span.who.empty() ? span.what : span.who + " " + span.what;
    return Json{{"name", name},
                {"cat", span.who.empty() ? "host" : "plugin"},
                {"ph", "X"},
                {"ts", static_cast<double>(span.begin_ns) * 1e-3},
                {"dur", static_cast<double>(span.end_ns - span.begin_ns) * 1e-3},
                {"pid", 1},
                {"tid", 1}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  bool by_epoch_;
  std::int64_t count_, begin_, max_spans_;
  std::string path_;
  ph::Profile profile_;
  ph::Host host_;
  std::int64_t seen_ = 0;
  bool running_ = false, done_ = false;
};

}  // namespace

POSEHOST_COMPONENT(Profiler);
