#include "doctor.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "config/node.hpp"
#include "plugin/catalog.hpp"

namespace {

const char* name_of(Finding::State state) {
  return state == Finding::ok ? "ok" : state == Finding::warning ? "warning" : "error";
}

Finding examine_program() {
  std::error_code failure;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failure);
  return {"program",
          Finding::ok,
          "posehost " POSEHOST_VERSION + (failure ? std::string{} : ", " + program.string()),
          {}};
}

const char* name_of(ph::PluginTier tier) {
  return tier == ph::PluginTier::named       ? "named"
         : tier == ph::PluginTier::installed ? "installed"
                                             : "bundled";
}

Finding examine_folder(const ph::PluginFolder& folder, const ph::PluginCatalog& catalog) {
  const std::string name = std::string(name_of(folder.tier)) + " plugins";
  std::size_t files = 0, components = 0;
  for (const auto& entry : catalog.entries()) {
    if (entry.file.parent_path() != folder.dir || !entry.problem.empty()) continue;
    ++files;
    components += entry.note.components.size();
  }
  const auto text = folder.dir.string() + ": " + std::to_string(files) + " plugins, " +
                    std::to_string(components) + " components";
  if (folder.tier == ph::PluginTier::bundled && files == 0) {
    return {name, Finding::error, text, "build them with `make build`, or install posehost again"};
  }
  return {name, Finding::ok, text, {}};
}

void print_lines(const std::vector<Finding>& findings) {
  std::size_t width = 0;
  for (const auto& finding : findings) width = std::max(width, finding.name.size());
  for (const auto& finding : findings) {
    std::printf("%-8s %-*s  %s\n", name_of(finding.state), static_cast<int>(width), finding.name.c_str(),
                finding.text.c_str());
    if (!finding.advice.empty()) {
      std::printf("%-8s %-*s  try: %s\n", "", static_cast<int>(width), "", finding.advice.c_str());
    }
  }
}

void print_json(const std::vector<Finding>& findings, bool good) {
  ph::Json checks = ph::Json::array();
  for (const auto& finding : findings) {
    checks.push_back({{"name", finding.name},
                      {"state", name_of(finding.state)},
                      {"text", finding.text},
                      {"advice", finding.advice}});
  }
  // Names of files may hold any bytes.
  std::puts(ph::Json{{"ok", good}, {"checks", checks}}
                .dump(2, ' ', false, ph::Json::error_handler_t::replace)
                .c_str());
}

}  // namespace

std::vector<Finding> examine_plugins() {
  std::vector<Finding> findings;
  const auto folders = ph::plugin_folders({}, nullptr);
  const auto catalog = ph::PluginCatalog::scan(folders);
  bool bundled = false;
  for (const auto& folder : folders) {
    bundled = bundled || folder.tier == ph::PluginTier::bundled;
    if (folder.must_exist || std::filesystem::exists(folder.dir)) {
      findings.push_back(examine_folder(folder, catalog));
    }
  }
  if (!bundled) {
    findings.push_back({"bundled plugins", Finding::error,
                        "no folder lib/posehost/plugins beside this program",
                        "start posehost from where it was built or installed, do not copy it alone"});
  }
  for (const auto& entry : catalog.entries()) {
    if (entry.problem.empty()) continue;
    const auto state = entry.tier == ph::PluginTier::bundled ? Finding::error : Finding::warning;
    findings.push_back({"broken plugin", state, entry.problem.substr(0, entry.problem.find('\n')),
                        "`posehost plugin info " + entry.file.string() + "` tells more; or remove the file"});
  }
  return findings;
}

int run_doctor(bool json) {
  std::vector<Finding> findings{examine_program()};
  for (auto part : {examine_plugins, examine_torch, examine_machine}) {
    try {
      auto found = part();
      std::move(found.begin(), found.end(), std::back_inserter(findings));
    } catch (const std::exception& failure) {  // a doctor that breaks off is of no use
      findings.push_back({"doctor", Finding::error, failure.what(), "look at what the message names"});
    }
  }
  const bool good = std::none_of(findings.begin(), findings.end(),
                                 [](const Finding& finding) { return finding.state == Finding::error; });
  if (json) {
    print_json(findings, good);
  } else {
    print_lines(findings);
  }
  return good ? 0 : 1;
}
