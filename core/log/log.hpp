#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

namespace ph {

/// A thin front of one process-wide log. Lines go to stderr, plain, and to the run's log file once
/// there is one, as "2024-05-01 12:00:00,123 - posehost - INFO - text". Any thread.
void log_debug(std::string_view text);
void log_info(std::string_view text);
void log_warn(std::string_view text);   ///< stderr: "warning: text"
void log_error(std::string_view text);  ///< stderr: "error: text"

/// "DEBUG", "INFO", "WARNING" (or "WARN"), "ERROR", "CRITICAL" (or "FATAL"), "NOTSET", in any case:
/// the names of Python's logging, which configs use. Throws Error(config) for anything else.
void set_log_level(std::string_view level);

/// From now on lines are written to `file` too (appended, each line at once). Replaces an earlier file.
/// Throws Error(environment) when it cannot be written.
void log_to_file(const std::filesystem::path& file);
/// Ends writing to the file.
void close_log_file();

/// A program that keeps a progress line at the bottom of a terminal gives a function here: it is
/// called with true before a line is written to stderr (clear yours), with false after it (draw it
/// again). Calls are serial; the function must not log. An empty function ends it.
void set_progress_redraw(std::function<void(bool hide)> redraw);

}  // namespace ph
