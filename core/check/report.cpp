#include "check/report.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace ph {
namespace {

constexpr const char* names[] = {"passed", "failed", "crashed", "hung", "exited", "refused", "skipped"};

}  // namespace

const char* name_of(Verdict verdict) noexcept { return names[static_cast<int>(verdict)]; }

Json to_json(const CaseReport& report) {
  Json json{{"case", report.name}};
  if (!report.component.empty()) json["component"] = report.component;
  json["verdict"] = name_of(report.verdict);
  if (!report.findings.empty()) json["findings"] = report.findings;
  if (!report.notes.empty()) json["notes"] = report.notes;
  if (!report.figures.empty()) json["figures"] = report.figures;
  json["seconds"] = report.seconds;
  return json;
}

CaseReport case_report_from(const Json& json) {
  CaseReport report;
  report.name = json.at("case").get<std::string>();
  report.component = json.value("component", std::string{});
  const auto verdict = json.at("verdict").get<std::string>();
  int index = 0;
  while (index < 7 && verdict != names[index]) ++index;
  if (index == 7) throw std::invalid_argument("no verdict: " + verdict);
  report.verdict = static_cast<Verdict>(index);
  report.findings = json.value("findings", std::vector<std::string>{});
  report.notes = json.value("notes", std::vector<std::string>{});
  report.figures = json.value("figures", std::map<std::string, double>{});
  report.seconds = json.value("seconds", 0.0);
  return report;
}

}  // namespace ph
