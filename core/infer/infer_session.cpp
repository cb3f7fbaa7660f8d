#include "infer/infer_session.hpp"

#include <chrono>
#include <cstdio>

#include "infer/infer_config.hpp"
#include "infer/input_boxes.hpp"
#include "infer/input_files.hpp"
#include "infer/pose_finder.hpp"
#include "infer/pose_pictures.hpp"
#include "log/log.hpp"
#include "tensor/atomic_file.hpp"
#include "tools/count_progress.hpp"
#include "weights/open_weights.hpp"

namespace ph {
namespace {

constexpr std::size_t cache_for_drawing = std::size_t{256} << 20;

Instance whole(const std::string& file) {
  Instance instance;
  instance.image_file = file;
  instance.detected = true;
  return instance;
}

class InferSession {
 public:
  explicit InferSession(const InferOptions& options)
      : options_{options}, inputs_{input_files(options.inputs)}, config_{read_config()} {
    check_outputs();
    if (!options_.boxes.empty()) boxes_.emplace(InputBoxes::read(options_.boxes));
    auto network = make_infer_network(options_, config_);
    log_info("config " + config_.source);
    for (const auto& line : network.report) log_info(line);
    for (const auto& line : config_.info.assumptions) log_info("assumed: " + line);
    const bool frames =
        std::any_of(inputs_.begin(), inputs_.end(), [](const auto& one) { return one.video; });
    const auto cache = !options_.out.empty() || frames ? cache_for_drawing : 0;
    finder_.emplace(config_, std::move(network), options_.batch, cache);
    style_ = pose_style(config_.info, config_.info_node);
    style_.least_score = options_.keypoint_score;
    style_.radius = options_.radius;
    style_.thickness = options_.thickness;
  }

  int run() {
    const auto begin = std::chrono::steady_clock::now();
    run_images();
    for (const auto& input : inputs_) {
      if (input.video) run_video(input);
    }
    write_results();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return summarize(took.count());
  }

 private:
  InferConfig read_config() {
    return find_infer_config(options_, open_weights(options_.checkpoint).metadata);
  }

  void check_outputs() const {
    check_out_folder(inputs_, options_.out);
    for (const auto& file : {options_.json, options_.csv}) {
      if (!file.empty())
        const AtomicFile probe{file};  // before the work: a folder that is not there shows at once
    }
    std::size_t videos = 0;
    for (const auto& input : inputs_) videos += input.video ? 1 : 0;
    const bool lists = !options_.json.empty() || !options_.csv.empty();
    if (!lists || videos == 0 || inputs_.size() == 1) return;
    throw Error(ErrorKind::usage, "--json and --csv: frames and pictures would have the same numbers",
                std::to_string(videos) + " videos among " + std::to_string(inputs_.size()) + " inputs",
                "images, or one video", "run posehost infer for each video");
  }

  std::vector<Instance> boxes_in(const std::string& file, const std::vector<InputBox>& boxes) const {
    std::vector<Instance> instances;
    for (const auto& box : boxes) {
      auto instance = whole(file);
      instance.bbox = box.bbox;
      instance.bbox_score = box.score;
      instances.push_back(std::move(instance));
    }
    return instances;
  }

  Picture image(const InputFile& input, std::int64_t number) const {
    Picture picture{input.path.string(), input.path.string(), number, {}};
    if (boxes_) {
      const auto& boxes = boxes_->of_image(input.path, picture.id);
      picture.boxes = boxes_in(picture.file, boxes);
    } else {
      picture.boxes.push_back(whole(picture.file));
    }
    return picture;
  }

  void run_images() {
    std::vector<Picture> pictures;
    std::vector<const InputFile*> files;
    for (const auto& input : inputs_) {
      if (input.video) continue;
      files.push_back(&input);
      pictures.push_back(image(input, static_cast<std::int64_t>(files.size())));
    }
    if (pictures.empty()) return;
    CountProgress progress("images", static_cast<std::int64_t>(pictures.size()));
    PicturePainter painter(style_, finder_->dataset());
    finder_->find(pictures, [&](const FoundPicture& found) {
      take(found);
      const auto& file = pictures[found.index].file;
      if (found.failure) {
        (void)finder_->dataset().take(file);
      } else if (!options_.out.empty()) {
        painter.write(options_.out / files[found.index]->relative, file, found.poses);
      }
      progress.show(++pictures_);
    });
    painter.finish();
    progress.finish();
  }

  void run_video(const InputFile& input) {
    VideoPainter video(input.path, options_.out.empty() ? "" : options_.out / input.relative, style_);
    CountProgress progress(input.path.filename().string() + ", frames", video.frames());
    const auto chunk = static_cast<std::size_t>(std::max<std::int64_t>(1, options_.batch));
    std::int64_t number = 0;
    while (video.read(chunk, finder_->dataset())) {
      std::vector<Picture> pictures;
      for (const auto& name : video.names()) {
        Picture picture{name, input.path.string(), number, {}};
        picture.boxes =
            boxes_ ? boxes_in(name, boxes_->of_frame(number)) : std::vector<Instance>{whole(name)};
        pictures.push_back(std::move(picture));
        ++number;
      }
      finder_->find(pictures, [&](const FoundPicture& found) {
        take(found);
        video.write(found.index, found.poses);
        progress.show(++pictures_);
      });
    }
    video.finish();
    progress.finish();
  }

  void take(const FoundPicture& found) {
    if (found.failure) {
      if (options_.strict) throw *found.failure;
      failures_.push_back(*found.failure);
      return;
    }
    poses_.insert(poses_.end(), found.poses.begin(), found.poses.end());
  }

  void write_results() const {
    if (poses_.empty()) return;
    if (!options_.json.empty()) write_pose_json(options_.json, poses_);
    if (options_.csv.empty()) return;
    write_pose_csv(options_.csv, poses_, config_.info.keypoints, options_.checkpoint.stem().string(),
                   inputs_.front().video);
  }

  int summarize(double seconds) const {
    for (const auto& failure : failures_) log_error(failure.what());
    std::printf("%lld pictures, %zu poses, %.1f pictures/s\n", static_cast<long long>(pictures_),
                poses_.size(), seconds > 0 ? static_cast<double>(pictures_) / seconds : 0.0);
    if (poses_.empty()) {
      throw Error(
          ErrorKind::data, "no pose was looked for, nothing is written",
          std::to_string(failures_.size()) + " broken pictures" +
              (boxes_ ? ", no box for the others in " + options_.boxes.string() : ""),
          "a picture that can be read" + std::string(boxes_ ? ", and a box for it" : ""),
          boxes_ ? "whole images (no --boxes), or boxes whose file_name or image_id are those of the pictures"
                 : "other pictures; what is wrong with these stands above");
    }
    for (const auto& file : {options_.json, options_.csv, options_.out}) {
      if (!file.empty()) std::printf("written   %s\n", file.c_str());
    }
    if (failures_.empty()) return 0;
    std::printf("skipped   %zu broken pictures\n", failures_.size());
    constexpr int bad_data = 4;
    return bad_data;
  }

  InferOptions options_;
  std::vector<InputFile> inputs_;
  InferConfig config_;
  std::optional<InputBoxes> boxes_;
  std::optional<PoseFinder> finder_;
  PoseStyle style_;
  std::vector<FoundPose> poses_;
  std::vector<Error> failures_;
  std::int64_t pictures_ = 0;
};

}  // namespace

int infer_session(const InferOptions& options) { return InferSession(options).run(); }

}  // namespace ph
