#include <algorithm>
#include <charconv>

#include "config/args.hpp"
#include "metric/keypoint_metrics.hpp"

namespace ph {
namespace {

struct EvaluationArgs {
  OneOrMany<std::string> metric;
  double pck_thr = 0.2;
  double auc_nor = 30;
  std::optional<Node> of_hook;  ///< keys that the evaluation hook reads; listed here for spelling
  static const ArgTable<EvaluationArgs>& table();
};

const ArgTable<EvaluationArgs>& EvaluationArgs::table() {
  using A = EvaluationArgs;
  static const auto table = [] {
    ArgTable<A> args("evaluation during training");
    args.required("metric", &A::metric, "PCK, PCK@<threshold>, AUC, EPE; a name or a list")
        .arg("pck_thr", &A::pck_thr, "threshold of PCK in longer sides of the box", above(0))
        .arg("auc_nor", &A::auc_nor, "pixels at which AUC's curve ends", above(0))
        .ignored("res_folder", "results are written to the work dir")
        .ignored("pckh_thr", "PCKh is not available yet")
        .ignored("rle_score", "it belongs to mAP")
        .ignored("recall_threshold", "it belongs to pcp");
    for (const char* key :
         {"interval", "start", "by_epoch", "save_best", "rule", "key_indicator", "greater_keys", "less_keys",
          "out_dir", "gpu_collect", "broadcast_bn_buffer", "tmpdir", "file_client_args"}) {
      args.arg(key, &A::of_hook, "read by the evaluation hook");
    }
    return args;
  }();
  return table;
}

const std::vector<std::string>& known_metrics() {
  static const std::vector<std::string> names{"PCK", "AUC", "EPE"};
  return names;
}

// Metrics of mmpose 0.x that configs name.
const std::vector<std::string>& later_metrics() {
  static const std::vector<std::string> names{"mAP",   "AP",    "PCKh",    "tPCK",          "NME",
                                              "pcp",   "mpjpe", "p-mpjpe", "n-mpjpe",       "3dpck",
                                              "3dauc", "MPJPE", "MRRPE",   "Handedness_acc"};
  return names;
}

// The threshold of "PCK@0.05"; 0 when that is not what the name is.
double threshold_of(const std::string& name) {
  constexpr std::string_view prefix = "PCK@";
  if (!name.starts_with(prefix)) return 0;
  double value = 0;
  const auto* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, value);
  return error == std::errc() && stop == end && value > 0 && value < 1e6 ? value : 0;
}

Error unknown_metric(const Node& node, const std::string& name) {
  const std::string known = "PCK, PCK@<threshold> such as PCK@0.05, AUC, EPE";
  const auto& later = later_metrics();
  if (std::find(later.begin(), later.end(), name) != later.end()) {
    return node.error("metric \"" + name + "\" is not available yet", known,
                      "\"PCK\": it works on every data set");
  }
  if (name.starts_with("PCK@")) {
    return node.error("not a threshold after \"PCK@\"", "a number above 0, such as PCK@0.05");
  }
  return node.error("there is no metric \"" + name + "\"", known, did_you_mean(name, known_metrics()));
}

std::shared_ptr<const Metric> make_metric(const Node& node, const EvaluationArgs& args) {
  const auto name = node.string();
  if (name == "PCK") return std::make_shared<Pck>(name, args.pck_thr);
  if (name == "AUC") return std::make_shared<Auc>(args.auc_nor);
  if (name == "EPE") return std::make_shared<Epe>();
  if (const double threshold = threshold_of(name); threshold > 0)
    return std::make_shared<Pck>(name, threshold);
  throw unknown_metric(node, name);
}

}  // namespace

std::vector<std::shared_ptr<const Metric>> make_metrics(const Node& evaluation) {
  const auto args = EvaluationArgs::table().read(evaluation);
  const auto metric = evaluation.at("metric");
  const auto nodes = metric.is_array() ? metric.elements() : std::vector<Node>{metric};
  if (nodes.empty()) throw metric.error("empty list", "PCK, PCK@<threshold>, AUC, EPE");
  std::vector<std::shared_ptr<const Metric>> metrics;
  std::vector<std::string> seen;
  for (const auto& node : nodes) {
    const auto name = node.string();
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      throw node.error("named twice", "each metric once");
    seen.push_back(name);
    metrics.push_back(make_metric(node, args));
  }
  return metrics;
}

}  // namespace ph
