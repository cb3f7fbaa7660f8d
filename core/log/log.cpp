#include "log/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>

#include <cctype>
#include <chrono>
#include <cstdio>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "config/error.hpp"

namespace ph {
namespace {

/// stderr, with the progress line out of the way while a line is written.
class ConsoleSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  void set_redraw(std::function<void(bool)> redraw) {
    const std::lock_guard lock(this->mutex_);
    redraw_ = std::move(redraw);
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line;
    if (message.level == spdlog::level::warn) line = "warning: ";
    if (message.level >= spdlog::level::err) line = "error: ";
    line.append(message.payload.data(), message.payload.size());
    line += '\n';
    if (redraw_) redraw_(true);
    std::fwrite(line.data(), 1, line.size(), stderr);  // one call: lines of several threads stay whole
    if (redraw_) redraw_(false);
  }
  void flush_() override { std::fflush(stderr); }

 private:
  std::function<void(bool)> redraw_;
};

/// "INFO", "WARNING": Python's names, which tools that read mmcv's logs look for.
class PythonLevel final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    const char* name = "INFO";
    if (message.level <= spdlog::level::debug) name = "DEBUG";
    if (message.level == spdlog::level::warn) name = "WARNING";
    if (message.level >= spdlog::level::err) name = "ERROR";
    out.append(name, name + std::char_traits<char>::length(name));
  }
  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<PythonLevel>();
  }
};

class Log {
 public:
  // Never destroyed: plugins and threads may log while the process ends.
  static Log& get() {
    static Log* log = new Log;
    return *log;
  }

  void write(spdlog::level::level_enum level, std::string_view text) {
    const std::lock_guard lock(mutex_);
    logger_.log(level, spdlog::string_view_t(text.data(), text.size()));
  }
  void set_level(spdlog::level::level_enum level) { logger_.set_level(level); }
  void set_redraw(std::function<void(bool)> redraw) { console_->set_redraw(std::move(redraw)); }

  void set_file(const std::filesystem::path& file) {
    std::shared_ptr<spdlog::sinks::sink> sink;
    try {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string(), false);
    } catch (const spdlog::spdlog_ex& problem) {
      throw Error(ErrorKind::environment, file.string() + ": the log file cannot be written", problem.what(),
                  "a place where this user may write");
    }
    auto formatter = std::make_unique<spdlog::pattern_formatter>();
    formatter->add_flag<PythonLevel>('*').set_pattern("%Y-%m-%d %H:%M:%S,%e - posehost - %* - %v");
    sink->set_formatter(std::move(formatter));
    const std::lock_guard lock(mutex_);
    logger_.sinks() = {console_, sink};
  }
  void close_file() {
    const std::lock_guard lock(mutex_);
    logger_.sinks() = {console_};
  }

 private:
  Log() : console_{std::make_shared<ConsoleSink>()}, logger_{"posehost", console_} {
    logger_.set_level(spdlog::level::info);
    logger_.flush_on(spdlog::level::trace);
    logger_.set_error_handler([](const std::string& problem) { say_unwritten(problem); });
  }

  // A full disk stays full for long, and each line would say so. Called with the mutex held.
  static void say_unwritten(const std::string& problem) {
    using Clock = std::chrono::steady_clock;
    static std::optional<Clock::time_point> said;
    if (said && Clock::now() - *said < std::chrono::minutes(10)) return;
    said = Clock::now();
    std::fprintf(stderr, "warning: the log cannot be written: %s; not said again for 10 minutes\n",
                 problem.c_str());
  }

  std::mutex mutex_;  // sinks may change while other threads write
  std::shared_ptr<ConsoleSink> console_;
  spdlog::logger logger_;
};

}  // namespace

void log_debug(std::string_view text) { Log::get().write(spdlog::level::debug, text); }
void log_info(std::string_view text) { Log::get().write(spdlog::level::info, text); }
void log_warn(std::string_view text) { Log::get().write(spdlog::level::warn, text); }
void log_error(std::string_view text) { Log::get().write(spdlog::level::err, text); }

void set_log_level(std::string_view level) {
  std::string name(level);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  using enum spdlog::level::level_enum;
  if (name == "NOTSET" || name == "DEBUG") return Log::get().set_level(debug);
  if (name == "INFO") return Log::get().set_level(info);
  if (name == "WARNING" || name == "WARN") return Log::get().set_level(warn);
  if (name == "ERROR") return Log::get().set_level(err);
  if (name == "CRITICAL" || name == "FATAL") return Log::get().set_level(critical);
  throw Error(ErrorKind::config, "log_level: unknown level", std::string(level),
              "DEBUG, INFO, WARNING, ERROR or CRITICAL",
              did_you_mean(level, {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}));
}

void log_to_file(const std::filesystem::path& file) { Log::get().set_file(file); }
void close_log_file() { Log::get().close_file(); }
void set_progress_redraw(std::function<void(bool hide)> redraw) { Log::get().set_redraw(std::move(redraw)); }

}  // namespace ph
