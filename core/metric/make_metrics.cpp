#include <posehost/abi_draft.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "config/args.hpp"
#include "metric/coco_map.hpp"
#include "metric/keypoint_metrics.hpp"
#include "metric/pckh.hpp"
#include "metric/plugin_metric.hpp"

namespace ph {
namespace {

struct EvaluationArgs {
  std::optional<Node> metric;
  double pck_thr = 0.2;
  double pckh_thr = 0.7;
  double auc_nor = 30;
  std::optional<std::string> norm_mode, norm_item;
  std::optional<std::array<std::int64_t, 2>> keypoint_indices;
  bool rle_score = false;
  std::optional<std::string> score_mode, nms_mode;
  std::optional<double> nms_thr, keypoint_score_thr;
  std::optional<bool> use_area;
  std::optional<Node> of_hook;  ///< keys that the evaluation hook reads; listed here for spelling
  static const ArgTable<EvaluationArgs>& table();
};

const ArgTable<EvaluationArgs>& EvaluationArgs::table() {
  using A = EvaluationArgs;
  static const auto table = [] {
    ArgTable<A> args("evaluation during training");
    args.arg("metric", &A::metric,
             "PCK, PCK@<threshold>, PCKh, AUC, EPE, NME, mAP, a plugin's; a name, {type, arguments} or a "
             "list of them; the data set's when left out")
        .arg("pck_thr", &A::pck_thr, "threshold of PCK in longer sides of the box", above(0))
        .arg("pckh_thr", &A::pckh_thr, "threshold of PCKh in sizes of the head; MPII's is 0.5", above(0))
        .arg("auc_nor", &A::auc_nor, "pixels at which AUC's curve ends", above(0))
        .arg("norm_mode", &A::norm_mode, "NME; said by the two that follow",
             one_of({"use_norm_item", "keypoint_distance"}))
        .arg("norm_item", &A::norm_item, "NME's normaliser", one_of({"bbox_size", "box_size", "head_size"}))
        .arg("keypoint_indices", &A::keypoint_indices, "NME's normaliser: the distance of two keypoints",
             at_least(0))
        .arg("rle_score", &A::rle_score, "mAP: score_mode bbox_rle")
        .arg("score_mode", &A::score_mode, "mAP: how objects are scored; bbox_keypoint",
             one_of({"bbox", "bbox_keypoint", "keypoint", "bbox_rle"}))
        .arg("keypoint_score_thr", &A::keypoint_score_thr, "mAP: instead of data_cfg's vis_thr", at_least(0))
        .arg("nms_mode", &A::nms_mode, "mAP: instead of data_cfg's use_nms and soft_nms",
             one_of({"oks_nms", "soft_oks_nms", "none"}))
        .arg("nms_thr", &A::nms_thr, "mAP: instead of data_cfg's oks_thr", above(0))
        .arg("use_area", &A::use_area,
             "mAP: areas of the file, not 0.53 of the box; true but for CrowdPose, AIC and MHP")
        .ignored("res_folder", "results are written to the work dir")
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

constexpr const char* known_text = "PCK, PCK@<threshold> such as PCK@0.05, PCKh, AUC, EPE, NME, mAP";

const std::vector<std::string>& known_metrics() {
  static const std::vector<std::string> names{"PCK", "PCKh", "AUC", "EPE", "NME", "mAP"};
  return names;
}

// Metrics of mmpose 0.x that configs name.
const std::vector<std::string>& later_metrics() {
  static const std::vector<std::string> names{"tPCK",  "pcp",   "mpjpe", "p-mpjpe", "n-mpjpe",
                                              "3dpck", "3dauc", "MPJPE", "MRRPE",   "Handedness_acc"};
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
  const auto& later = later_metrics();
  if (std::find(later.begin(), later.end(), name) != later.end()) {
    return node.error("metric \"" + name + "\" is not available yet", known_text,
                      "\"PCK\": it works on every data set");
  }
  if (name.starts_with("PCK@")) {
    return node.error("not a threshold after \"PCK@\"", "a number above 0, such as PCK@0.05");
  }
  return node.error("there is no metric \"" + name + "\"", known_text, did_you_mean(name, known_metrics()));
}

bool is_known(const std::string& name) {
  const auto& names = known_metrics();
  return name == "AP" || threshold_of(name) > 0 || std::find(names.begin(), names.end(), name) != names.end();
}

bool is_host_metric(const Node& node) { return !node.is_object() && is_known(node.string()); }

Normaliser nme_normaliser(const Node& node, const EvaluationArgs& args, const MetricContext& context) {
  if (args.keypoint_indices) {
    const auto& [a, b] = *args.keypoint_indices;
    if (const auto pair = parse_normaliser(std::to_string(a) + "," + std::to_string(b))) return *pair;
    throw node.error("keypoint_indices names one keypoint twice", "two keypoints");
  }
  if (args.norm_item) return *parse_normaliser(*args.norm_item);
  const auto name = context.info ? context.info->name : std::string{};
  if (const auto known = normaliser_of_dataset(name)) return *known;
  std::string names;
  for (const auto& one : datasets_with_normaliser()) names += (names.empty() ? "" : ", ") + one;
  throw node.error("NME has no normaliser for data set \"" + name + "\"",
                   "\"norm_item\" or \"keypoint_indices\", or a dataset_name of " + names,
                   "\"norm_item\": \"bbox_size\" (--norm bbox_size) divides by the longer side of the box");
}

ScoreMode score_mode(const EvaluationArgs& args) {
  const auto name = args.score_mode.value_or(args.rle_score ? "bbox_rle" : "bbox_keypoint");
  if (name == "bbox") return ScoreMode::bbox;
  if (name == "keypoint") return ScoreMode::keypoint;
  return name == "bbox_rle" ? ScoreMode::bbox_rle : ScoreMode::bbox_keypoint;
}

NmsMode nms_mode(const EvaluationArgs& args, const ResultRules& rules) {
  if (!args.nms_mode) {
    if (!rules.use_nms) return NmsMode::none;
    return rules.soft_nms ? NmsMode::soft_oks_nms : NmsMode::oks_nms;
  }
  if (*args.nms_mode == "none") return NmsMode::none;
  return *args.nms_mode == "oks_nms" ? NmsMode::oks_nms : NmsMode::soft_oks_nms;
}

std::shared_ptr<const Metric> make_map(const Node& node, const EvaluationArgs& args,
                                       const MetricContext& context) {
  if (context.annotation_file.empty()) {
    throw node.error("mAP needs an annotation file in COCO's format", "a data set that has one",
                     "\"PCK\": it works on every data set");
  }
  CocoMapOptions options;
  options.score = score_mode(args);
  options.nms = nms_mode(args, context.results);
  options.oks_thr = args.nms_thr.value_or(context.results.oks_thr);
  options.vis_thr = args.keypoint_score_thr.value_or(context.results.vis_thr);
  options.nms_second_mask_only = context.results.nms_second_mask_only;
  // Their annotations in a plain TopDownCocoDataset are theirs all the same.
  const bool named_crowdpose = context.info && context.info->name == "crowdpose";
  options.use_area = args.use_area.value_or(context.rules.use_area && !named_crowdpose);
  options.by_crowd = context.rules.by_crowd;
  return std::make_shared<CocoMap>(context, options);
}

std::shared_ptr<const Metric> make_metric(const Node& node, const EvaluationArgs& args,
                                          const MetricContext& context) {
  if (!is_host_metric(node)) return make_plugin_metric(*context.plugins, node);
  const auto name = node.string();
  if (name == "mAP" || name == "AP") return make_map(node, args, context);
  if (context.detected_boxes) {
    throw node.error(
        "\"" + name + "\" compares with the annotation of each box, which a detector's boxes do not have",
        "\"mAP\"", "set data_cfg's use_gt_bbox to true");
  }
  if (name == "PCK") return std::make_shared<Pck>(name, args.pck_thr);
  if (name == "PCKh") {
    const bool mpii = context.info && context.info->name == "mpii";
    return std::make_shared<Pckh>(mpii ? Pckh::mpii_threshold : args.pckh_thr, context.pckh);
  }
  if (name == "AUC") return std::make_shared<Auc>(args.auc_nor);
  if (name == "EPE") return std::make_shared<Epe>();
  if (name == "NME") return std::make_shared<Nme>(nme_normaliser(node, args, context));
  return std::make_shared<Pck>(name, threshold_of(name));
}

// A bare name that the host does not know is a plugin's where a plugin has it.
bool is_of_plugin(const Node& node, const PluginCatalog* plugins) {
  if (node.is_object()) return plugins != nullptr && node.has("type");
  if (plugins == nullptr || is_host_metric(node)) return false;
  const auto offered = plugins->components(PH_KIND_METRIC);
  return std::any_of(offered.begin(), offered.end(), [&](const ComponentRef& one) {
    return one.note->name == node.string() || one.qualified_name() == node.string();
  });
}

// Each of them known and named once.
std::vector<Node> named_metrics(const Node& evaluation, const std::vector<std::string>& of_dataset,
                                const PluginCatalog* plugins) {
  const bool given = evaluation.has("metric") || of_dataset.empty();
  const auto metric = given ? evaluation.at("metric") : evaluation.with(Json(of_dataset));
  const auto nodes = metric.is_array() ? metric.elements() : std::vector<Node>{metric};
  if (nodes.empty()) throw metric.error("empty list", known_text);
  std::vector<std::string> seen;
  for (const auto& node : nodes) {
    const bool foreign = is_of_plugin(node, plugins);
    const auto name = foreign && node.is_object() ? node.at("type").string() : node.string();
    if (!foreign && !is_known(name)) throw unknown_metric(node, name);
    if (std::find(seen.begin(), seen.end(), name) != seen.end())
      throw node.error("named twice", "each metric once");
    seen.push_back(name);
  }
  return nodes;
}

}  // namespace

std::vector<std::shared_ptr<const Metric>> make_metrics(const Node& evaluation,
                                                        const MetricContext& context) {
  const auto args = EvaluationArgs::table().read(evaluation);
  std::vector<std::shared_ptr<const Metric>> metrics;
  for (const auto& node : named_metrics(evaluation, context.rules.metrics, context.plugins))
    metrics.push_back(make_metric(node, args, context));
  return metrics;
}

void check_metrics(const Node& evaluation, const PluginCatalog* plugins) {
  (void)EvaluationArgs::table().read(evaluation);
  if (evaluation.has("metric")) (void)named_metrics(evaluation, {}, plugins);
}

}  // namespace ph
