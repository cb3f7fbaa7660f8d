// The log of a program that has no log file: lines on stderr. In place of core/log/log.cpp, so that
// posehost-plugin needs no spdlog where it is installed.
#include "log/log.hpp"

#include <cstdio>
#include <string>

namespace ph {
namespace {

void print(const char* level, std::string_view text) {
  const auto line = level + std::string{text} + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

void log_debug(std::string_view) {}
void log_info(std::string_view text) { print("", text); }
void log_warn(std::string_view text) { print("warning: ", text); }
void log_error(std::string_view text) { print("error: ", text); }
void set_log_level(std::string_view) {}
void log_to_file(const std::filesystem::path&) {}
void close_log_file() {}
void set_progress_redraw(std::function<void(bool hide)>) {}

}  // namespace ph
