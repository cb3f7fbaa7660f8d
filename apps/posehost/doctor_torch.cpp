// Whether the program that computes is there and well, as it reports itself.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/node.hpp"
#include "doctor.hpp"
#include "libtorch_places.hpp"
#include "program_paths.hpp"
#include "system/child.hpp"

namespace {

std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

std::string value_of(const ph::Json& facts, const char* key) {
  const auto found = facts.find(key);
  if (found == facts.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Finding judge_blas(const ph::Json& facts) {
  const auto library = value_of(facts, "blas");
  if (library.find("libtorch_cpu") != std::string::npos) return {"BLAS", Finding::ok, "LibTorch's own", {}};
  return {"BLAS", Finding::error,
          library + " stands in for LibTorch's: results are right, but up to 25 times slower",
          "unset LD_PRELOAD, and rebuild if posehost-torch was linked in another order"};
}

Finding judge_gpu(const ph::Json& facts) {
  const auto device = value_of(facts, "device");
  if (device.find("cuda") == 0) return {"GPU", Finding::ok, device, {}};
  if (!std::filesystem::exists("/proc/driver/nvidia/version")) {
    return {"GPU", Finding::ok, "no NVIDIA driver: runs use the processor", {}};
  }
  return {"GPU", Finding::warning, "a driver, but LibTorch cannot use it", "LIBTORCH_CUDA=1 make libtorch"};
}

std::vector<Finding> judge(const ph::Json& facts) {
  std::vector<Finding> findings;
  const auto version = value_of(facts, "libtorch"), built = value_of(facts, "built_with");
  if (!built.empty() && version != built) {
    findings.push_back({"LibTorch", Finding::error, version + ", but posehost was built with " + built,
                        "build again with the LibTorch that is there, or put the other one back"});
  } else {
    findings.push_back({"LibTorch", Finding::ok, version, {}});
  }
  findings.push_back(judge_blas(facts));
  findings.push_back(judge_gpu(facts));
  if (facts.contains("bf16")) {
    const bool fast = facts.value("bf16", false);
    findings.push_back({"bfloat16",
                        Finding::ok,
                        fast ? "fast here: \"precision\": \"auto\" uses it"
                             : "not fast on this processor: \"precision\": \"auto\" stays with fp32",
                        {}});
  }
  return findings;
}

/// Where its LibTorch comes from, or where one could be put: the first place counts.
Finding examine_places() {
  std::string looked;
  for (const auto& place : libtorch_places()) {
    if (place.found)
      return {"LibTorch from", Finding::ok, place.folder.string() + " (" + place.why + ")", {}};
    looked += (looked.empty() ? "" : ", ") + place.folder.string() + " (" + place.why + ")";
  }
  return {
      "LibTorch from", Finding::warning, "only the dynamic loader's own folders; nothing in " + looked,
      "put one there, or name one: POSEHOST_LIBTORCH=$(python3 -c 'import torch; print(torch.__path__[0])')"};
}

}  // namespace

std::vector<Finding> examine_torch() {
  std::error_code failure;
  const auto program = torch_program();
  if (!std::filesystem::exists(program, failure)) {
    return {{"posehost-torch", Finding::error, program.string() + " is not there: nothing can be trained",
             "`make build` (not with POSEHOST_BASE_ONLY), or install posehost again"}};
  }
  try {
    use_named_libtorch();
  } catch (const ph::Error& error) {
    return {{"LibTorch", Finding::error, error.summary() + ": " + error.found(), error.advice()}};
  }
  const auto places = examine_places();
  const auto answer = ph::run_child({program.string(), "--self-check"}, 60000);
  if (answer.exit_code != 0) {
    return {places,
            {"posehost-torch", Finding::error,
             program.string() + (answer.timed_out ? ": no answer in 60 s" : ": " + last_line(answer.output)),
             "was LibTorch moved or removed? `make libtorch build`, or LD_LIBRARY_PATH= its lib folder"}};
  }
  const auto facts =
      ph::Json::parse(answer.output.substr(std::min(answer.output.find('{'), answer.output.size())), nullptr,
                      /*allow_exceptions=*/false);
  if (!facts.is_object()) {
    return {{"posehost-torch", Finding::error,
             program.string() + ": not an answer: " + last_line(answer.output), "`make build`"}};
  }
  std::vector<Finding> findings{{"posehost-torch", Finding::ok, program.string(), {}}, places};
  auto judged = judge(facts);
  findings.insert(findings.end(), judged.begin(), judged.end());
  return findings;
}
