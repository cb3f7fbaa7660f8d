#include "check/check.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <memory>
#include <mutex>
#include <thread>

#include "check/check_child.hpp"
#include "config/error.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

struct Job {
  const CheckCase* what;
  std::string component;
  [[nodiscard]] std::string title() const {
    return component.empty() ? what->name : std::string{what->name} + " " + component;
  }
};

/// What the file offers, by its note; nothing where that cannot be read, which the case file.note reports.
std::vector<ComponentNote> components_of(const std::filesystem::path& file) {
  try {
    const auto note = read_note(file);
    judge_note(note);
    return note.components;
  } catch (const Error&) {
    return {};
  }
}

/// The name; with the kind in front where another kind has the same.
std::string label_of(const ComponentNote& component, const std::vector<ComponentNote>& all) {
  const auto same =
      std::count_if(all.begin(), all.end(), [&](const auto& c) { return c.name == component.name; });
  return same == 1 ? component.name : std::string{short_kind(component.kind)} + ":" + component.name;
}

bool wanted(const Job& job, const std::vector<std::string>& only) {
  if (only.empty()) return true;
  const std::string name = job.what->name, group = name.substr(0, name.find('.'));
  return std::any_of(only.begin(), only.end(), [&](const std::string& word) {
    return word == name || word == group || word == job.title() ||
           (!job.component.empty() && word == job.component);
  });
}

std::vector<Job> jobs_of(const CheckOptions& options) {
  std::vector<Job> all, chosen;
  const auto components = components_of(options.settings.file);
  for (const auto& one : check_cases()) {
    const std::string kind = one.kind;
    if (kind == whole_file) all.push_back({&one, {}});
    for (const auto& component : components) {
      if (kind == any_component || kind == component.kind)
        all.push_back({&one, label_of(component, components)});
    }
  }
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen),
               [&](const Job& job) { return wanted(job, options.only); });
  if (chosen.empty() && !options.only.empty()) {
    std::vector<std::string> known;
    for (const auto& job : all) known.insert(known.end(), {job.what->name, job.component});
    throw Error(ErrorKind::usage, "plugin check: --only names no case of this file", options.only.front(),
                "a case, a group of cases or a component",
                did_you_mean(options.only.front(), known, "--list shows them"));
  }
  return chosen;
}

/// A folder that goes with its content, whoever wrote it.
struct Scratch {
  Scratch() {
    auto pattern = (std::filesystem::temp_directory_path() / "posehost-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
      throw Error(ErrorKind::environment, pattern + ": cannot be made", std::strerror(errno),
                  "a folder to write to", "set TMPDIR");
    }
    dir = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(dir, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::filesystem::path dir;
};

/// Runs the jobs and keeps their reports in their order.
class Runner {
 public:
  Runner(const CheckOptions& options, const std::function<void(const CaseReport&)>& done)
      : options_{options}, done_{done} {}

  std::vector<CaseReport> run(const std::vector<Job>& jobs) {
    reports_.resize(jobs.size());
    // What cannot be loaded is not asked anything else.
    std::size_t first = 0;
    for (; first < jobs.size() && std::string{jobs[first].what->kind} == whole_file; ++first) {
      one(jobs[first], reports_[first]);
    }
    for (std::size_t i = 0; i < first && blocked_.empty(); ++i) {
      const auto& report = reports_[i];
      const bool loading = report.name == "load.open" || report.name == "file.note";
      if (loading && report.bad()) blocked_ = report.name;
    }
    std::atomic<std::size_t> next{first};
    const auto work = [&](bool alone) {
      for (std::size_t i; (i = next++) < jobs.size();) {
        if (jobs[i].what->alone == alone) one(jobs[i], reports_[i]);
      }
    };
    std::vector<std::thread> threads;
    const auto n = options_.in_process ? 0 : std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
    for (unsigned t = 0; t < n; ++t) threads.emplace_back(work, false);
    if (n == 0) work(false);
    for (auto& thread : threads) thread.join();
    next = first;
    work(true);
    if (failure_) throw Error(*failure_);
    return std::move(reports_);
  }

 private:
  void one(const Job& job, CaseReport& report) {
    report.name = job.what->name;
    report.component = job.component;
    const auto begin = std::chrono::steady_clock::now();
    if (!blocked_.empty()) {
      report.verdict = Verdict::skipped;
      report.findings = {"not run: " + blocked_ + " did not pass"};
    } else if (options_.in_process) {
      run_case(*job.what, options_.settings, report, [](const std::string&) {});
    } else {
      try {
        run_case_in_child(options_, job.title(), report);
      } catch (const Error& error) {
        const std::lock_guard lock{mutex_};
        if (!failure_) failure_ = std::make_shared<Error>(error);
      }
    }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const std::lock_guard lock{mutex_};
    if (done_) done_(report);
  }

  const CheckOptions& options_;
  const std::function<void(const CaseReport&)>& done_;
  std::vector<CaseReport> reports_;
  std::string blocked_;
  std::mutex mutex_;
  std::shared_ptr<Error> failure_;  // no child can be started: nothing to do with the plugin
};

}  // namespace

std::size_t CheckReport::count(Verdict verdict) const {
  return static_cast<std::size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const auto& report) { return report.verdict == verdict; }));
}

int CheckReport::exit_code() const {
  if (count(Verdict::refused) > 0) return 3;
  return std::any_of(cases.begin(), cases.end(), [](const auto& report) { return report.bad(); }) ? 1 : 0;
}

CheckReport run_check(const CheckOptions& options, const std::function<void(const CaseReport&)>& done) {
  const auto begin = std::chrono::steady_clock::now();
  auto own = options;
  const Scratch scratch;
  own.settings.scratch = scratch.dir;
  CheckReport report;
  report.cases = Runner{own, done}.run(jobs_of(own));
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace ph
