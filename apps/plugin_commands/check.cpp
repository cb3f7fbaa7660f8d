// plugin check: what a plugin file promises and does.
#include "check/check.hpp"

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "plugin_commands/plugin_commands.hpp"

namespace {

struct Options {
  std::string file, one_case, glibc;
  ph::CheckOptions check;
  double timeout_s = 10;
  bool json = false, list = false, verbose = false;
};
Options options;

int list_cases() {
  if (options.json) {
    auto all = ph::Json::array();
    for (const auto& one : ph::check_cases()) {
      all.push_back({{"case", one.name}, {"kind", one.kind}, {"doc", one.doc}});
    }
    std::cout << all.dump(2) << "\n";
    return 0;
  }
  for (const auto& one : ph::check_cases()) std::printf("%-22s %s\n", one.name, one.doc);
  return 0;
}

void print_case(const ph::CaseReport& report) {
  const bool shown = report.bad() || !report.figures.empty() || report.name == "elf.glibc";
  if (!shown && !options.verbose) return;
  std::printf("%-8s %s", ph::name_of(report.verdict), report.title().c_str());
  for (const auto& [name, value] : report.figures) std::printf("  %s %.3g", name.c_str(), value);
  std::printf("\n");
  for (const auto& finding : report.findings) std::printf("         %s\n", finding.c_str());
  if (report.bad() || options.verbose || report.name == "elf.glibc") {
    for (const auto& note : report.notes) std::printf("         (%s)\n", note.c_str());
  }
  std::fflush(stdout);
}

ph::Json counts(const ph::CheckReport& report) {
  ph::Json all = ph::Json::object();
  for (const auto verdict :
       {ph::Verdict::passed, ph::Verdict::failed, ph::Verdict::crashed, ph::Verdict::hung,
        ph::Verdict::exited, ph::Verdict::refused, ph::Verdict::skipped}) {
    if (report.count(verdict) > 0) all[ph::name_of(verdict)] = report.count(verdict);
  }
  return all;
}

void print_json(const ph::CheckReport& report) {
  ph::Json cases = ph::Json::array();
  for (const auto& one : report.cases) cases.push_back(ph::to_json(one));
  const ph::Json all{{"file", options.check.settings.file.string()},
                     {"seed", options.check.settings.seed},
                     {"counts", counts(report)},
                     {"seconds", report.seconds},
                     {"cases", cases}};
  std::cout << all.dump(2, ' ', false, ph::Json::error_handler_t::replace) << "\n";
}

void print_sum(const ph::CheckReport& report) {
  std::string text;
  const auto all = counts(report);
  for (const auto& [verdict, n] : all.items()) text += (text.empty() ? "" : ", ") + n.dump() + " " + verdict;
  std::printf("%s: %s in %.1f s\n", options.check.settings.file.filename().c_str(), text.c_str(),
              report.seconds);
}

/// "2.31"
std::pair<int, int> parse_glibc(const std::string& text) {
  int major = 0, minor = 0, end = 0;
  if (std::sscanf(text.c_str(), "%d.%d%n", &major, &minor, &end) != 2 ||
      end != static_cast<int>(text.size())) {
    throw ph::Error(ph::ErrorKind::usage, "plugin check: --glibc is no version", text, "such as 2.31");
  }
  return {major, minor};
}

int check(const std::vector<std::string>& self) {
  if (options.list) return list_cases();
  auto& settings = options.check.settings;
  if (options.file.empty())
    throw ph::Error(ph::ErrorKind::usage, "plugin check: no file given", {}, "a plugin's .so file");
  settings.file = std::filesystem::absolute(options.file).lexically_normal();
  if (!options.glibc.empty()) settings.glibc = parse_glibc(options.glibc);
  if (!options.one_case.empty()) ph::run_check_child(settings, options.one_case);
  if (!std::filesystem::exists(settings.file)) {
    throw ph::Error(ph::ErrorKind::plugin, options.file + ": cannot be opened", "no such file",
                    "a plugin's .so file");
  }
  options.check.timeout_ms = static_cast<int>(options.timeout_s * 1000);
  options.check.command = self;
  options.check.command.emplace_back("check");
  const auto report = ph::run_check(options.check, options.json ? nullptr : print_case);
  options.json ? print_json(report) : print_sum(report);
  return report.exit_code();
}

}  // namespace

void add_plugin_check(CLI::App& app, std::function<int()>& action, const std::vector<std::string>& self) {
  auto* command = app.add_subcommand("check", "Judge a plugin by its file and by what its code does");
  command->add_option("file", options.file, "The plugin")->type_name("FILE");
  command->add_flag("--json", options.json, "Answer as JSON");
  command->add_flag("--list", options.list, "Show the cases and leave");
  command->add_flag("-v,--verbose", options.verbose, "Show what passed, too");
  command
      ->add_option("--only", options.check.only, "A case, a group of cases or a component; may be repeated")
      ->type_name("CASE")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--seed", options.check.settings.seed, "Seed of random arguments (default 0)");
  command->add_option("--glibc", options.glibc, "Fail when it needs a newer glibc")->type_name("X.Y");
  command->add_option("--timeout", options.timeout_s, "Time for one case in seconds (default 10)")
      ->check(CLI::Range(0.1, 3600.0));
  command->add_flag("--in-process", options.check.in_process,
                    "No children and no time limit: for a debugger");
  command->add_option("--case", options.one_case)->group("");  // how it calls itself
  command->add_option("--scratch", options.check.settings.scratch)->group("");
  const auto program = app.get_parent() != nullptr ? "posehost plugin" : app.get_name();
  command->footer(
      "Each case runs in a process of its own. Exit codes: 0 passed, 1 failed, 2 usage, 3 refused.\n"
      "Examples:\n"
      "  " +
      program +
      " check build/com.acme.optimizers.so --glibc 2.31\n"
      "  " +
      program +
      " check my.so --only schedule.pure --only MyRule -v\n"
      "  gdb --args " +
      program + " check my.so --only hook.state --in-process");
  command->callback([&action, self] { action = [self] { return check(self); }; });
}
