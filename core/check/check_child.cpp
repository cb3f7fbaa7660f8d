#include "check/check_child.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/strict_json.hpp"
#include "plugin/instance.hpp"
#include "plugin/text_rules.hpp"
#include "system/child.hpp"

namespace ph {
namespace {

constexpr int report_fd = 3;
// The shared file: what is being called, so that a crash can be placed; then the report.
constexpr std::size_t progress_bytes = 512, max_report = 256 << 10;

std::string read_all(int fd) {
  std::string text(max_report, '\0');
  const auto n = ::pread(fd, text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

std::string last_call(const std::string& shared) {
  const auto text = shared.substr(0, std::min(shared.find('\0'), progress_bytes));
  return text.empty() ? std::string{} : " during " + printable(text, progress_bytes);
}

/// The end of what it printed, for who has to find out why.
void quote_output(const std::string& output, CaseReport& report) {
  constexpr std::size_t most = 300;
  if (output.empty()) return;
  const auto begin = output.size() > most ? output.size() - most : 0;
  report.notes.push_back("it printed: " + printable(output.substr(begin), most));
}

void judge_end(const ChildResult& result, const std::string& shared, int timeout_ms, CaseReport& report) {
  const auto bad = [&](Verdict verdict, std::string finding) {
    report.verdict = verdict;
    report.findings.push_back(std::move(finding));
    quote_output(result.output, report);
  };
  if (result.timed_out) {
    return bad(Verdict::hung, "took longer than " + std::to_string(timeout_ms) + " ms" + last_call(shared));
  }
  bool reported = false;
  if (shared.size() > progress_bytes) {
    try {
      const auto name = report.name, component = report.component;
      report = case_report_from(parse_strict_json<Json>(std::string_view{shared}.substr(progress_bytes)));
      report.name = name;
      report.component = component;
      reported = true;
    } catch (const std::exception&) {
      // Whatever it wrote there is no report.
    }
  }
  if (result.signal != 0) {
    const char* name = ::sigabbrev_np(result.signal);
    return bad(Verdict::crashed, std::string{"SIG"} + (name != nullptr ? name : "?") + last_call(shared));
  }
  if (!reported || result.exit_code != 0) {
    return bad(Verdict::exited,
               "the process ended with exit code " + std::to_string(result.exit_code) + last_call(shared));
  }
  if (result.left_behind) {
    if (!report.bad()) report.verdict = Verdict::failed;
    report.findings.push_back("a process that the plugin started outlived it");
  }
  if (report.name == "load.effects" && !result.output.empty()) {
    bad(Verdict::failed, "prints when it is loaded");
  } else if (report.bad()) {
    quote_output(result.output, report);
  }
}

/// A plugin that goes wild must not take the machine with it.
void limit_process() {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const rlimit file{64 << 20, 64 << 20};
  ::setrlimit(RLIMIT_FSIZE, &file);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  const rlimit memory{rlim_t{4} << 30, rlim_t{4} << 30};
  ::setrlimit(RLIMIT_AS, &memory);
#endif
}

const CheckCase& case_of(const std::string& name) {
  for (const auto& one : check_cases()) {
    if (name == one.name) return one;
  }
  throw Error(ErrorKind::usage, "plugin check: there is no such case", name, {}, "--list shows them");
}

}  // namespace

void run_case(const CheckCase& what, const CaseSettings& settings, CaseReport& report,
              const std::function<void(const std::string&)>& progress) {
  CaseRun run{settings, report, progress};
  try {
    what.run(run);
  } catch (const CaseEnd&) {
  } catch (const Error& error) {
    std::string text = error.summary();
    if (!error.found().empty()) text += "; found " + error.found();
    if (!error.expected().empty()) text += "; expected " + error.expected();
    // A component may not do what a case asks for, if it says so and why.
    if (error.found().find("(" + name_of_status(PH_ERR_UNSUPPORTED) + "; ") != std::string::npos) {
      run.skipped(std::move(text));
    } else {
      run.fail(std::move(text));
    }
  } catch (const std::exception& error) {
    run.fail(std::string{"internal: "} + error.what());
  }
}

void run_case_in_child(const CheckOptions& options, const std::string& title, CaseReport& report) {
  const int shared = ::memfd_create("posehost-check", MFD_CLOEXEC);
  if (shared < 0) {
    throw Error(ErrorKind::environment, "plugin check: no memory for a report", std::strerror(errno));
  }
  auto argv = options.command;
  const auto& settings = options.settings;
  argv.insert(argv.end(), {settings.file.string(), "--case", title, "--seed", std::to_string(settings.seed),
                           "--scratch", settings.scratch.string()});
  if (settings.glibc) {
    argv.insert(argv.end(), {"--glibc", std::to_string(settings.glibc->first) + "." +
                                            std::to_string(settings.glibc->second)});
  }
  try {
    const auto result = run_child(argv, {options.timeout_ms, 64 << 10, shared, true});
    judge_end(result, read_all(shared), options.timeout_ms, report);
  } catch (...) {
    ::close(shared);
    throw;
  }
  ::close(shared);
}

void run_check_child(const CaseSettings& settings, const std::string& title) {
  limit_process();
  CaseReport report;
  const auto space = title.find(' ');
  report.name = title.substr(0, space);
  if (space != std::string::npos) report.component = title.substr(space + 1);
  const auto& what = case_of(report.name);
  const auto progress = [](const std::string& text) {
    char bytes[progress_bytes]{};
    std::memcpy(bytes, text.data(), std::min(text.size(), sizeof bytes - 1));
    static_cast<void>(!::pwrite(report_fd, bytes, sizeof bytes, 0));
  };
  progress("starting");
  // What a plugin writes to relative paths lands where it is removed.
  static_cast<void>(!::chdir(settings.scratch.c_str()));
  run_case(what, settings, report, progress);
  auto text = to_json(report).dump(-1, ' ', false, Json::error_handler_t::replace);
  text.resize(std::min(text.size(), max_report - progress_bytes - 1));
  if (::pwrite(report_fd, text.data(), text.size(), progress_bytes) != static_cast<ssize_t>(text.size())) {
    std::_Exit(6);
  }
  progress("the end of the process");
  if (report.name == "load.exit") std::exit(0);
  std::_Exit(0);
}

}  // namespace ph
