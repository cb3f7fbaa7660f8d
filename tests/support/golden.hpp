#pragma once
// Numbers of other implementations: tests/golden/*.json, each written by the script beside it.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace test {

/// Read once and kept: a loop over a part of it, `golden(file)["cases"]`, must not outlive the whole.
inline const nlohmann::ordered_json& golden(const std::string& file) {
  static std::map<std::string, nlohmann::ordered_json> all;
  const auto found = all.find(file);
  if (found != all.end()) return found->second;
  std::ifstream in(std::string(POSEHOST_TEST_DIR "/golden/") + file);
  if (!in) throw std::runtime_error("no tests/golden/" + file);
  return all[file] = nlohmann::ordered_json::parse(in);
}

}  // namespace test
