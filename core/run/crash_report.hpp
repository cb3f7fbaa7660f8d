#pragma once
#include <filesystem>

namespace ph {

/// While it lives, a signal that kills the process (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT) first says
/// on stderr and in `file` which plugin was at work, at which stage and iteration, with a stack trace.
/// The process then dies of it as it would have: exit code and core dump are the system's. One at a time.
class CrashReport {
 public:
  explicit CrashReport(const std::filesystem::path& file);
  ~CrashReport();
  CrashReport(const CrashReport&) = delete;
  CrashReport& operator=(const CrashReport&) = delete;
};

}  // namespace ph
