// SPDX-License-Identifier: Apache-2.0
//
// mmcv's CheckpointHook: a file every few epochs or iterations and at the end; older ones are removed. And one
// that is replaced every so many seconds, for epochs that take hours. It stands in no list that is saved, so
// that equal runs give equal files whatever their speed.
#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include <posehost/hook.hpp>

#include "counted_by.hpp"

namespace {

using Json = nlohmann::json;

constexpr std::string_view extension = ".safetensors";
constexpr std::string_view timed_name = "timed.safetensors";

// "epoch_{}.pth" -> "epoch_{}.safetensors". Throws if it is no name of a file with one {}.
std::string checked_template(std::string text) {
  const auto fail = [&](const char* expected) {
    throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "filename_tmpl \"" + text + "\"; expected " + expected);
  };
  const auto at = text.find("{}");
  if (at == std::string::npos || text.find_first_of("{}", at + 2) != std::string::npos ||
      text.find_first_of("{}") != at)
    fail("one {}, where the number goes, as in \"epoch_{}.safetensors\"");
  if (text[0] == '.' || text.find('/') != std::string::npos || text.size() > 128)
    fail("a plain name of a file: it is written to the work dir");
  const auto dot = text.rfind('.');
  const auto ending = dot == std::string::npos ? "" : text.substr(dot);
  if (ending != extension && ending != ".pth" && ending != ".pt") fail("a name that ends in .safetensors");
  return text.substr(0, dot) + std::string(extension);
}

class Checkpoint final : public ph::Hook {
 public:
  static constexpr auto info = ph::component("Checkpoint", "saves model and training state to the work dir");
  static constexpr auto args = ph::args(
      ph::arg<std::int64_t>("interval", -1, ph::at_least(-1),
                            "epochs or iterations from file to file; -1: none"),
      ph::arg<std::optional<double>>("interval_s", ph::null, ph::above(0.0),
                                     "also timed.safetensors, when nothing was saved for so many seconds"),
      counted_by_epoch, ph::arg<bool>("save_optimizer", true, "with what is needed to resume"),
      ph::raw_arg("out_dir", R"({"type":"null","default":null})", "only null: files are in the work dir"),
      ph::arg<std::int64_t>("max_keep_ckpts", -1, ph::at_least(-1), "newest files to keep; -1 or 0: all"),
      ph::arg<bool>("save_last", true, "also at the end of the run, whatever the interval"),
      ph::arg<bool>("sync_buffer", false, "for several processes; no effect in one"),
      ph::arg<std::optional<std::string>>("filename_tmpl", ph::null,
                                          "by default epoch_{}.safetensors or iter_{}.safetensors"),
      ph::arg<bool>("create_symlink", true, "let last.safetensors stand for the newest"),
      ph::raw_arg("file_client_args", R"({"type":"null","default":null})", "only null: of mmcv's out_dir"));

  explicit Checkpoint(const ph::Config& config)
      : interval_{config.get<std::int64_t>("interval")},
        interval_s_{config.get<std::optional<double>>("interval_s")},
        keep_{config.get<std::int64_t>("max_keep_ckpts")},
        by_epoch_{config.get<bool>("by_epoch")},
        save_last_{config.get<bool>("save_last")},
        flags_{(config.get<bool>("save_optimizer") ? PH_SAVE_OPTIMIZER : 0) |
               (config.get<bool>("create_symlink") ? PH_SAVE_LAST : 0)},
        template_{
            checked_template(config.get<std::optional<std::string>>("filename_tmpl")
                                 .value_or(by_epoch_ ? "epoch_{}.safetensors" : "iter_{}.safetensors"))},
        host_{config.host()} {}

  void before_run(ph::RunView& run) override {
    check_counted_by(by_epoch_, run);
    saved_at_ = Clock::now();
  }

  void after_train_epoch(ph::RunView& run) override {
    const auto done = run.now().epoch + 1;
    if (by_epoch_ && (run.every_n_epochs(interval_) || (save_last_ && done == run.now().max_epochs)))
      save(run, done, " epochs");
  }
  void after_train_iter(ph::RunView& run) override {
    const auto done = run.now().iter + 1;
    if (!by_epoch_ && (run.every_n_iters(interval_) || (save_last_ && done == run.now().max_iters)))
      return save(run, done, " iterations");
    if (interval_s_ && Clock::now() - saved_at_ >= std::chrono::duration<double>(*interval_s_))
      save_timed(run);
  }

  std::string save_state() const override { return Json{{"files", files_}}.dump(); }
  void load_state(std::string_view bytes) override {
    const auto json = Json::parse(bytes, nullptr, false);
    const auto refuse = [](bool damaged) {
      if (damaged)
        throw ph::Failure(PH_ERR_INVALID_ARGUMENT, "the state is damaged; expected {\"files\": [names]}");
    };
    refuse(!json.is_object() || !json.contains("files") || !json["files"].is_array());
    for (const auto& name : json["files"]) refuse(!name.is_string());
    files_.clear();
    for (const auto& name : json["files"]) files_.push_back(name.get<std::string>());
  }

 private:
  using Clock = std::chrono::steady_clock;  // nobody sets it

  void save_timed(ph::RunView& run) {
    host_.info("Saving checkpoint after " + std::to_string(static_cast<std::int64_t>(*interval_s_)) +
               " s, at " + std::to_string(run.now().iter + 1) + " iterations");
    run.request_save(timed_name, flags_);
    saved_at_ = Clock::now();
  }

  void save(ph::RunView& run, std::int64_t number, const char* unit) {
    auto name = template_;
    name.replace(name.find("{}"), 2, std::to_string(number));
    host_.info("Saving checkpoint at " + std::to_string(number) + unit);
    // The list is part of the file that is about to be written: it has to be complete before.
    files_.erase(std::remove(files_.begin(), files_.end(), name), files_.end());
    files_.push_back(name);
    std::vector<std::string> old;
    const auto kept = static_cast<std::size_t>(std::max<std::int64_t>(keep_, 0));
    if (kept > 0 && files_.size() > kept) {
      const auto end = files_.end() - static_cast<std::ptrdiff_t>(kept);
      old.assign(files_.begin(), end);
      files_.erase(files_.begin(), end);
    }
    run.request_save(name, flags_, old);
    saved_at_ = Clock::now();
  }

  std::int64_t interval_;
  std::optional<double> interval_s_;
  std::int64_t keep_;
  bool by_epoch_, save_last_;
  std::uint32_t flags_;
  std::string template_;
  ph::Host host_;
  Clock::time_point saved_at_ = Clock::now();
  std::vector<std::string> files_;  // that this hook has written and not removed, oldest first
};

}  // namespace

POSEHOST_COMPONENT(Checkpoint);
