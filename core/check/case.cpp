#include "check/case.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "plugin/text_rules.hpp"

namespace ph {
namespace {

constexpr std::size_t max_lines = 12;

void add_line(std::vector<std::string>& lines, const std::string& line) {
  auto text = printable(line, 600);
  if (std::find(lines.begin(), lines.end(), text) != lines.end()) return;
  if (lines.size() < max_lines) lines.push_back(std::move(text));
  if (lines.size() == max_lines) lines.back() = "… and more";
}

std::string one_line(const Error& error) {
  std::string text = error.summary();
  if (!error.found().empty()) text += "; found " + error.found();
  if (!error.expected().empty()) text += "; expected " + error.expected();
  return text;
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
  std::uint64_t z = hash + 0x9E3779B97F4A7C15 * (value + 1);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

}  // namespace

CaseRun::CaseRun(CaseSettings settings, CaseReport& report, std::function<void(const std::string&)> progress)
    : settings_{std::move(settings)}, report_{report}, progress_{std::move(progress)} {}

const PluginLibrary& CaseRun::library() {
  if (library_) return *library_;
  progress_("loading the plugin");
  try {
    library_ = PluginLibrary::open(settings_.file);
  } catch (const Error& error) {
    refuse(one_line(error));
    throw CaseEnd{};
  }
  return *library_;
}

const LoadedComponent& CaseRun::component() {
  for (const auto& component : library().components()) {
    const auto& name = report_.component;
    if (component.name == name || std::string{short_kind(component.kind)} + ":" + component.name == name) {
      return component;
    }
  }
  fail_and_end("there is no component " + report_.component);
}

std::uint64_t CaseRun::seed(std::uint64_t purpose) const {
  auto hash = mixed(settings_.seed, purpose);
  for (const char c : report_.name + "/" + report_.component)
    hash = mixed(hash, static_cast<unsigned char>(c));
  return hash;
}

std::string CaseRun::work_dir() const {
  const auto dir = settings_.scratch / (report_.name + "-" + report_.component);
  std::filesystem::create_directories(dir);
  return dir.string();
}

void CaseRun::fail(std::string finding) {
  if (!report_.bad()) report_.verdict = Verdict::failed;
  add_line(report_.findings, finding);
}
void CaseRun::fail_and_end(std::string finding) {
  fail(std::move(finding));
  throw CaseEnd{};
}
void CaseRun::skipped(std::string why) {
  if (report_.bad()) return;
  report_.verdict = Verdict::skipped;
  add_line(report_.findings, why);
}
void CaseRun::skip(std::string why) {
  skipped(std::move(why));
  throw CaseEnd{};
}
void CaseRun::note(std::string fact) { add_line(report_.notes, fact); }
void CaseRun::figure(const std::string& name, double value) { report_.figures[name] = value; }
void CaseRun::refuse(std::string finding) {
  report_.verdict = Verdict::refused;
  add_line(report_.findings, finding);
}
void CaseRun::thrown(const std::string& what, const std::string& text) {
  fail_and_end(what + " threw a C++ exception across the ABI: " + text);
}

const std::vector<CheckCase>& check_cases() {
  static const auto all = [] {
    std::vector<CheckCase> cases;
    add_elf_cases(cases);
    add_load_cases(cases);
    add_contract_cases(cases);
    add_config_cases(cases);
    add_schedule_cases(cases);
    add_hook_cases(cases);
    add_draft_cases(cases);
    add_param_groups_cases(cases);
    add_optimizer_cases(cases);
    add_optimizer_fault_cases(cases);
    add_speed_cases(cases);
    return cases;
  }();
  return all;
}

}  // namespace ph
