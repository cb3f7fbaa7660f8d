#include "data/coco_dataset.hpp"

#include <mutex>
#include <opencv2/core.hpp>

#include "data/box.hpp"
#include "data/box_instances.hpp"
#include "data/coco_instances.hpp"
#include "data/mpii_file.hpp"
#include "data/pipeline.hpp"

namespace ph {
namespace {

namespace fs = std::filesystem;

struct DataCfg {
  std::array<std::int64_t, 2> image_size{}, heatmap_size{};
  std::int64_t num_joints = 0, num_output_channels = 0;
  Node dataset_channel = Node::parse("null"), inference_channel = Node::parse("null");
  bool use_gt_bbox = true, soft_nms = false, use_nms = true, use_different_joint_weights = false;
  double nms_thr = 1.0, oks_thr = 0.9, vis_thr = 0.2, det_bbox_thr = 0.0;
  std::optional<std::string> bbox_file;
  std::optional<double> image_thr;
  static const ArgTable<DataCfg>& table();
};

const ArgTable<DataCfg>& DataCfg::table() {
  static const auto t =
      ArgTable<DataCfg>("sizes, keypoints, boxes")
          .required("image_size", &DataCfg::image_size, "width, height of the network's input",
                    range(1, 16384))
          .required("heatmap_size", &DataCfg::heatmap_size, "width, height of a heatmap", range(1, 16384))
          .required("num_joints", &DataCfg::num_joints, "keypoints of an annotation", at_least(1))
          .arg("num_output_channels", &DataCfg::num_output_channels, "channels of the network's output",
               at_least(0))
          .arg("dataset_channel", &DataCfg::dataset_channel, "keypoints of the data set; all")
          .arg("inference_channel", &DataCfg::inference_channel, "keypoints to predict; all")
          .arg("use_gt_bbox", &DataCfg::use_gt_bbox, "annotated boxes, not a detector's, in testing")
          .arg("bbox_file", &DataCfg::bbox_file, "a detector's boxes")
          .arg("det_bbox_thr", &DataCfg::det_bbox_thr, "least score of a detector's box")
          .arg("use_different_joint_weights", &DataCfg::use_different_joint_weights,
               "weigh targets by dataset_info's joint_weights")
          .arg("soft_nms", &DataCfg::soft_nms, "mAP: soft OKS-NMS")
          .arg("use_nms", &DataCfg::use_nms, "mAP: OKS-NMS of an image's results")
          .arg("nms_thr", &DataCfg::nms_thr, "mmpose reads it and uses oks_thr")
          .arg("oks_thr", &DataCfg::oks_thr, "mAP: results that overlap more are one", above(0))
          .arg("vis_thr", &DataCfg::vis_thr, "mAP: keypoints of a lower score do not count in a result's")
          .arg("image_thr", &DataCfg::image_thr, "mmpose 0.13's name of det_bbox_thr")
          .ignored("with_bbox", "boxes are always read")
          .ignored("bbox_thr", "mmpose does not read it either");
  return t;
}

struct CocoArgs {
  std::string ann_file, img_prefix;
  Node data_cfg = Node::parse("null"), pipeline = Node::parse("null"), dataset_info = Node::parse("null");
  std::optional<bool> test_mode;
  std::optional<std::string> subset;
  static const ArgTable<CocoArgs>& table();
};

const ArgTable<CocoArgs>& CocoArgs::table() {
  static const auto t =
      ArgTable<CocoArgs>("instances of a COCO keypoint file, one by one")
          .required("ann_file", &CocoArgs::ann_file, "annotation file")
          .arg("img_prefix", &CocoArgs::img_prefix, "folder with the images")
          .required("data_cfg", &CocoArgs::data_cfg, "sizes, keypoints, boxes")
          .required("pipeline", &CocoArgs::pipeline, "transforms")
          .arg("dataset_info", &CocoArgs::dataset_info,
               "what the keypoints mean; else the config's dataset_info")
          .arg("test_mode", &CocoArgs::test_mode, "as in validation and testing")
          .arg("subset", &CocoArgs::subset, "DeepFashionDataset: said by dataset_info too, which counts",
               one_of({"full", "upper", "lower"}));
  return t;
}

// As given when it exists or is absolute, else from the config's folder.
fs::path resolve(const std::string& given, const fs::path& config_dir) {
  const fs::path path(given);
  std::error_code ignored;
  if (path.is_absolute() || fs::exists(path, ignored)) return path;
  const fs::path beside = config_dir / path;
  return fs::exists(beside, ignored) ? beside : path;
}

enum class Format { coco, mpii };

/// Annotated objects of one file, one by one: all data sets of dataset_types.json, and MPII.
class KeypointDataset final : public Dataset {
 public:
  KeypointDataset(const CocoArgs& args, const DataContext& context, const DatasetRules& rules, Format format)
      : config_(DataCfg::table().read(args.data_cfg)),
        rules_(rules),
        compat_(context.compat ? *context.compat : default_compat()),
        test_mode_(args.test_mode.value_or(context.test_mode)),
        images_(context.images) {
    static std::once_flag once;
    std::call_once(once, [] { cv::setNumThreads(0); });  // the loader has threads of its own
    check_boxes(args.data_cfg);
    const fs::path file = resolve(args.ann_file, context.config_dir);
    const fs::path folder = resolve(args.img_prefix, context.config_dir);
    format == Format::coco ? load_coco(args, context, file, folder.string())
                           : load_mpii(args, context, file, folder.string());
    if (context.check_images) check_image_files(instances_, folder.string());
    report_.insert(report_.end(), pipeline_->notes().begin(), pipeline_->notes().end());
    note_channels(args.data_cfg);
  }

  const DatasetInfo& info() const override { return info_; }
  const std::vector<Instance>& instances() const override { return instances_; }
  std::vector<std::string> report() const override { return report_; }

  MetricContext metric_context() const override {
    MetricContext context;
    context.annotation_file = annotation_file_;
    context.info = &info_;
    context.detected_boxes = uses_detector();
    context.results = {config_.use_nms, config_.soft_nms, config_.oks_thr, config_.vis_thr,
                       compat_.nms_second_mask_only};
    context.pckh = {compat_.pckh_inclusive, compat_.pckh_tenth_is_eleventh};
    context.rules = rules_;
    return context;
  }

  SampleShapes shapes() const override {
    SampleShapes shapes{{pipeline_->channels(), config_.image_size[1], config_.image_size[0]}, {}, {}};
    if (!pipeline_->gives_target()) return shapes;
    shapes.target = pipeline_->target_shapes().target;
    shapes.target_weight = pipeline_->target_shapes().weight;
    return shapes;
  }

  void make_sample(std::int64_t index, std::uint64_t seed, std::int64_t epoch,
                   Sample& sample) const override {
    const Instance& instance = instances_.at(static_cast<std::size_t>(index));
    sample.index = index;
    sample.instance = &instance;
    sample.image.reset();
    sample.joints = instance.joints;
    sample.visible = instance.visible;
    sample.center = sample.scale = {};
    sample.rotation = 0;
    for (SampleArray* array : {&sample.img, &sample.target, &sample.target_weight}) array->clear();
    if (compat_.jitter_once) jitter(sample, seed);
    try {
      pipeline_->run(sample, {seed, epoch});
    } catch (const cv::Exception& error) {
      throw Error(ErrorKind::data, instance.image_file + ": a transform failed", error.what());
    }
  }

 private:
  void load_coco(const CocoArgs& args, const DataContext& context, const fs::path& file,
                 const std::string& folder) {
    const CocoFile annotations = read_coco_file(file, rules_);
    // The category's names are those of its "keypoints" alone.
    const bool plain = rules_.points.size() == 1 && rules_.points[0].keypoints == PointSet{}.keypoints;
    read_info(args, context, plain ? annotations.category_info : std::nullopt, annotations.name);
    make_pipeline(args, context);
    // Of parts of annotations there are no results in COCO's format.
    if (rules_.points.size() == 1 && rules_.points[0].valid.empty()) annotation_file_ = file;
    if (uses_detector()) {
      read_boxes(args.data_cfg, context, annotations, folder);
      return;
    }
    auto chosen = choose_instances(annotations, folder, info_.keypoints.size(), compat_, rules_.box);
    report_ = describe(annotations.name, annotations.images.size(), chosen, info_.keypoints);
    instances_ = std::move(chosen.instances);
  }

  void load_mpii(const CocoArgs& args, const DataContext& context, const fs::path& file,
                 const std::string& folder) {
    if (uses_detector()) {
      throw args.data_cfg.at("use_gt_bbox")
          .error("MPII's people have their places in the annotations", "true");
    }
    read_info(args, context, std::nullopt, file.string());
    make_pipeline(args, context);
    auto chosen = read_mpii_file(file, folder, info_.keypoints.size());
    report_ = describe(file.string(), 0, chosen, info_.keypoints);
    instances_ = std::move(chosen.instances);
  }

  bool uses_detector() const { return test_mode_ && !config_.use_gt_bbox; }

  void check_boxes(const Node& node) const {
    const bool file = config_.bbox_file && !config_.bbox_file->empty();
    if (!uses_detector() || file) return;
    throw node.at("use_gt_bbox")
        .error("no bbox_file with a detector's boxes", "\"bbox_file\": a JSON list of boxes",
               "set use_gt_bbox to true to take the annotated boxes");
  }

  void read_boxes(const Node& node, const DataContext& context, const CocoFile& annotations,
                  const std::string& folder) {
    const auto boxes = read_box_file(resolve(*config_.bbox_file, context.config_dir));
    const double threshold = node.has("det_bbox_thr") ? config_.det_bbox_thr : config_.image_thr.value_or(0);
    instances_ = instances_of_boxes(boxes, annotations, folder, info_.keypoints.size(), threshold, report_);
  }

  // From the data set's arguments, else the config, else the annotation file.
  void read_info(const CocoArgs& args, const DataContext& context, const std::optional<DatasetInfo>& own,
                 const std::string& file) {
    const Node& node = args.dataset_info.is_null() ? context.dataset_info : args.dataset_info;
    if (!node.is_null()) {
      info_ = dataset_info_from_config(node);
      compare(own, file);
    } else if (own) {
      info_ = *own;
    } else {
      throw Error(
          ErrorKind::data, file + ": nothing says what the keypoints are",
          "no category with \"keypoints\", no dataset_info in the config", "one of the two",
          "of well-known data sets it is in configs/dataset_info: \"_base_\": \"dataset_info/mpii.json\"");
    }
    const auto count = static_cast<std::int64_t>(info_.keypoints.size());
    if (config_.num_joints != count) {
      throw args.data_cfg.at("num_joints")
          .error("differs from the number of keypoints in " + (node.is_null() ? file : "dataset_info"),
                 std::to_string(count));
    }
  }

  void compare(const std::optional<DatasetInfo>& own, const std::string& file) {
    if (!own) return;
    const std::size_t ours = info_.keypoints.size(), theirs = own->keypoints.size();
    if (ours != theirs) {
      throw Error(ErrorKind::data, file + ": the number of keypoints does not fit",
                  std::to_string(theirs) + " in the category, " + std::to_string(ours) +
                      " in the config's dataset_info",
                  "equal numbers");
    }
    for (std::size_t k = 0; k < ours; ++k) {
      if (info_.keypoints[k] == own->keypoints[k]) continue;
      info_.assumptions.push_back("keypoint " + std::to_string(k) + " is \"" + info_.keypoints[k] +
                                  "\" in dataset_info and \"" + own->keypoints[k] + "\" in " + file +
                                  ": dataset_info's names are used, in the file's order");
      return;
    }
  }

  void make_pipeline(const CocoArgs& args, const DataContext& context) {
    PipelineContext pipeline;
    pipeline.info = &info_;
    pipeline.compat = &compat_;
    pipeline.image_size = config_.image_size;
    pipeline.heatmap_size = config_.heatmap_size;
    pipeline.use_different_joint_weights = config_.use_different_joint_weights;
    pipeline.cache = images_.get();
    pipeline.plugins = context.plugins;
    std::vector<Item> given{Item::box};
    if (compat_.jitter_once) given.insert(given.end(), {Item::center, Item::scale});
    pipeline_.emplace(args.pipeline, pipeline, given);
  }

  // mmpose 0.13 made centre and scale when it read the annotations: one jitter for a whole run.
  void jitter(Sample& sample, std::uint64_t seed) const {
    constexpr double padding = 1.25, probability = 0.3, spread = 0.4;
    box_to_crop(sample.instance->bbox, config_.image_size, padding, sample.center, sample.scale);
    Rng random({seed, 0, sample.index, purpose_of("centre jitter")});
    if (test_mode_ || !rules_.jitter || random.uniform() >= probability) return;
    for (std::size_t i = 0; i < 2; ++i) {
      const double share = spread * (random.uniform() - 0.5);
      sample.center[i] = static_cast<float>(sample.center[i] + share * sample.instance->bbox[2 + i]);
    }
  }

  // mmpose reads both and uses neither for this data set; a choice that has no effect is said.
  void note_channels(const Node& node) {
    for (const char* key : {"dataset_channel", "inference_channel"}) {
      const auto given = node.find(key);
      if (!given) continue;
      const Node list =
          given->is_array() && given->size() == 1 && (*given)[0].is_array() ? (*given)[0] : *given;
      bool all = list.is_array() && list.size() == info_.keypoints.size();
      for (std::size_t k = 0; all && k < list.size(); ++k) {
        all = list[k].is_integer() && list[k].i64() == static_cast<std::int64_t>(k);
      }
      if (!all) report_.push_back(given->where() + " has no effect: all keypoints are used, in their order");
    }
  }

  DataCfg config_;
  DatasetRules rules_;
  Compat compat_;
  bool test_mode_;
  fs::path annotation_file_;
  DatasetInfo info_;
  std::vector<Instance> instances_;
  std::vector<std::string> report_;
  std::shared_ptr<ImageCache> images_;  // outlives the pipeline
  std::optional<Pipeline> pipeline_;
};

}  // namespace

void register_coco_dataset(DatasetRegistry& registry) {
  const auto add = [&](const std::string& type, const DatasetRules& rules, Format format) {
    registry.add<CocoArgs>(type, [=](const CocoArgs& args, const DataContext& context) {
      return std::make_shared<KeypointDataset>(args, context, rules, format);
    });
  };
  for (const auto& [type, rules] : dataset_rules()) add(type, rules, Format::coco);
  DatasetRules mpii;
  mpii.metrics = {"PCKh"};
  mpii.jitter = false;
  add("TopDownMpiiDataset", mpii, Format::mpii);
}

}  // namespace ph
