#include "model/load_network.hpp"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "model/load_weights.hpp"
#include "system/limits.hpp"

namespace ph {
namespace {

// A tool's answer about half a network would be wrong without a word.
void load_all_of(PoseModel& model, const std::filesystem::path& file, std::vector<std::string>& lines) {
  const auto report = load_weights_file(model, file);
  lines = report.lines(file.string());
  if (report.missing.empty() && report.mismatched.empty() && report.file_points == report.network_points)
    return;
  const std::string first = !report.missing.empty()      ? report.missing.front() + " is missing"
                            : !report.mismatched.empty() ? report.mismatched.front()
                                                         : "the head's keypoints differ";
  throw Error(
      ErrorKind::data, file.string() + ": not the weights of the whole network",
      std::to_string(report.loaded) + " of " + std::to_string(report.wanted) + " tensors fit; " + first,
      "a checkpoint of this config's network", "the config that it was trained with");
}

}  // namespace

LoadedNetwork load_network(const Node& config, const std::filesystem::path& checkpoint, Drawn drawn) {
  LoadedNetwork made;
  if (const auto runtime = config.find("runtime")) {
    const auto threads = runtime->find("threads");
    at::set_num_threads(threads && threads->is_integer() && threads->i64() > 0
                            ? static_cast<int>(threads->i64())
                            : usable_cores());
  }
  made.compat = config.has("compat") ? &compat_for(config.at("compat")) : &default_compat();
  made.model = make_model(config.at("model"), *made.compat);
  if (drawn == Drawn::weights && checkpoint.empty()) {
    at::manual_seed(0);
    made.model->init_weights();
  }
  if (!checkpoint.empty()) load_all_of(*made.model, checkpoint, made.weights_report);
  made.model->eval();
  return made;
}

}  // namespace ph
