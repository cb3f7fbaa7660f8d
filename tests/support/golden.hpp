#pragma once
// Numbers of other implementations: tests/golden/*.json, each written by the script beside it.
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

namespace test {

inline nlohmann::ordered_json golden(const std::string& file) {
  std::ifstream in(std::string(POSEHOST_TEST_DIR "/golden/") + file);
  if (!in) throw std::runtime_error("no tests/golden/" + file);
  return nlohmann::ordered_json::parse(in);
}

}  // namespace test
