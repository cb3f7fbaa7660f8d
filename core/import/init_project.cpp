#include "import/init_project.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "config/load.hpp"
#include "import/flip_names.hpp"
#include "import/image_finder.hpp"
#include "import/readers.hpp"
#include "metric/oks.hpp"
#include "system/limits.hpp"
#include "tensor/safetensors.hpp"

namespace ph {
namespace fs = std::filesystem;
namespace {

fs::path out_folder(const InitWishes& wishes) {
  std::error_code failed;
  const auto data = folder_of(wishes.data);
  const auto out = wishes.out.empty() ? fs::path(data.filename().string() + "_posehost") : wishes.out;
  const bool taken = fs::exists(fs::symlink_status(out, failed)) &&
                     !(fs::is_directory(out, failed) && fs::is_empty(out, failed));
  if (taken && !wishes.force)
    throw Error(ErrorKind::usage, out.string() + ": is there already", "a folder or file of that name",
                "a folder that is new",
                "--out DIR, or --force to replace config.json, train.json and val.json in it");
  if (taken && !fs::is_directory(out, failed))
    throw Error(ErrorKind::usage, out.string() + ": is no folder", "a file", "a folder", "--out DIR");
  return fs::absolute(out).lexically_normal();
}

SplitBy split_by(const InitWishes& wishes, const LabelSet& labels) {
  if (wishes.split == "video") return SplitBy::video;
  if (wishes.split == "folder") return SplitBy::folder;
  if (wishes.split == "random") return SplitBy::random;
  const bool given =
      std::all_of(labels.images.begin(), labels.images.end(), [](const auto& i) { return !i.side.empty(); });
  return given && !wishes.val ? SplitBy::given : SplitBy::video;
}

void choose_flips(InitResult& made) {
  auto& labels = made.labels;
  if (!labels.flip_pairs) {
    const auto guess = guess_flip_pairs(labels.keypoints);
    made.guessed_flips = true;
    made.single_sided = guess.single;
    labels.flip_pairs = guess.pairs;
  }
  // Without pairs it is not known that a mirrored object is one; with a name on the wrong side it is none.
  made.flips = !labels.flip_pairs->empty() && made.single_sided.empty();
}

void choose_sigmas_of(InitResult& made) {
  auto& labels = made.labels;
  if (labels.sigmas.size() == labels.keypoints.size()) {
    made.sigmas = "the data's";
    return;
  }
  auto assumed = assume_sigmas(labels.keypoints, labels.keypoints.size());
  labels.sigmas = assumed.sigmas;
  made.sigmas = assumed.said;
}

// From the config's folder, so that both may be moved together.
std::string image_prefix(const fs::path& root, const fs::path& out) {
  std::error_code failed;
  const auto relative = root.lexically_relative(fs::weakly_canonical(out, failed));
  if (failed || relative.empty() || relative.is_absolute()) return root.string() + "/";
  return "{{fileDirname}}/" + relative.generic_string() + "/";
}

void count(InitResult& made) {
  for (const bool val : made.split.val) ++(val ? made.val_images : made.train_images);
  for (const auto& object : made.labels.objects)
    ++(made.split.val[object.image] ? made.val_objects : made.train_objects);
}

std::string config_text(const InitResult& made, const Json& config) {
  return "// Made by `posehost init` of " + std::to_string(made.labels.images.size()) + " pictures with " +
         std::to_string(made.labels.objects.size()) + " objects. Run it with: posehost run config.json\n" +
         "// dataset_info: \"swap\" names the keypoint on the other side" +
         (made.guessed_flips ? ", guessed from the names: look at it" : "") + ".\n" +
         (made.flips ? ""
                     : "// Mirrored pictures are not trained on: add TopDownRandomFlip to the pipeline once "
                       "\"swap\" is right.\n") +
         pretty_config(Node::from_json(config), false);
}

void write_project(InitResult& made, const Json& config) {
  std::error_code failed;
  fs::create_directories(made.folder, failed);
  if (failed)
    throw Error(ErrorKind::environment, made.folder.string() + ": cannot be made", failed.message(),
                "a folder that can be written", "--out DIR");
  write_file_atomically(made.folder / "train.json", coco_text(made.labels, made.split.val, false));
  write_file_atomically(made.folder / "val.json", coco_text(made.labels, made.split.val, true));
  made.config = made.folder / "config.json";
  write_file_atomically(made.config, config_text(made, config));
}

}  // namespace

InitResult init_project(const InitWishes& wishes) {
  InitResult made;
  made.folder = out_folder(wishes);
  made.labels = read_labels(wishes.data, wishes.format == "auto" ? label_format(wishes.data) : wishes.format,
                            wishes.images);
  auto& labels = made.labels;
  // The next import would take our files for the data's.
  if (labels.format == "COCO" && path_below(labels.root, made.folder))
    throw Error(ErrorKind::usage, made.folder.string() + ": lies within the data", labels.root.string(),
                "a folder beside it", "--out DIR");
  const auto without_box = [&] {
    return static_cast<std::size_t>(
        std::count_if(labels.objects.begin(), labels.objects.end(), [](const auto& o) { return !o.box; }));
  };
  made.made_boxes = without_box();
  tidy_labels(labels);
  made.made_boxes = std::min(made.made_boxes, labels.objects.size());
  choose_flips(made);
  choose_sigmas_of(made);
  made.split = split_images(labels.images, wishes.val.value_or(0.2), split_by(wishes, labels));
  count(made);
  ConfigWishes config{wishes.image_size,  wishes.epochs,    image_prefix(labels.root, made.folder),
                      made.train_objects, made.val_objects, usable_memory(),
                      made.flips};
  made.sizes = choose_sizes(labels, config);
  write_project(made, ready_config(labels, config, made.sizes));
  return made;
}

}  // namespace ph
