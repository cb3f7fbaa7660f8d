#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "import/init_project.hpp"

namespace {

using Json = nlohmann::ordered_json;
ph::InitWishes wishes;
std::vector<std::int64_t> image_size;
bool as_json = false;

const char* split_name(ph::SplitBy by) {
  switch (by) {
    case ph::SplitBy::given:
      return "as the data says";
    case ph::SplitBy::video:
      return "by video";
    case ph::SplitBy::folder:
      return "by folder";
    case ph::SplitBy::random:
      return "picture by picture";
  }
  return "";
}

std::string names(const std::vector<std::string>& all, std::size_t most = 12) {
  std::string text;
  for (std::size_t i = 0; i < all.size() && i < most; ++i) text += (i ? ", " : "") + all[i];
  return all.size() > most ? text + ", and " + std::to_string(all.size() - most) + " more" : text;
}

std::vector<std::string> pair_names(const ph::LabelSet& labels) {
  std::vector<std::string> all;
  for (const auto& [a, b] : *labels.flip_pairs)
    all.push_back(labels.keypoints[static_cast<std::size_t>(a)] + "/" +
                  labels.keypoints[static_cast<std::size_t>(b)]);
  return all;
}

// Names come from files: a terminal obeys control characters.
void line(const char* label, std::string text) {
  for (auto& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  std::printf("%-11s %s\n", label, text.c_str());
}

std::string split_text(const ph::InitResult& made) {
  auto text = "train " + std::to_string(made.train_images) + " pictures, " +
              std::to_string(made.train_objects) + " objects; val " + std::to_string(made.val_images) +
              " pictures, " + std::to_string(made.val_objects) + " objects; " + split_name(made.split.by);
  if (made.split.groups > 1 && made.split.by != ph::SplitBy::random)
    text += ", of which there are " + std::to_string(made.split.groups);
  return text;
}

std::string flip_text(const ph::InitResult& made) {
  const auto pairs = pair_names(made.labels);
  auto text = pairs.empty() ? std::string("none") : names(pairs, 20);
  if (made.guessed_flips) text += pairs.empty() ? " guessed from the names" : "  (guessed from the names)";
  if (!made.single_sided.empty()) text += "; a side but no partner: " + names(made.single_sided);
  return text + (made.flips ? "" : "; mirrored pictures are not trained on");
}

void print(const ph::InitResult& made) {
  const auto& labels = made.labels;
  line("found", labels.format + " in " + labels.root.string());
  line("pictures",
       std::to_string(labels.images.size()) + " with " + std::to_string(labels.objects.size()) +
           " objects (" + labels.category + ")" +
           (made.made_boxes > 0 ? ", " + std::to_string(made.made_boxes) + " boxes made from points" : ""));
  line("keypoints", std::to_string(labels.keypoints.size()) + ": " + names(labels.keypoints));
  line("flip pairs", flip_text(made));
  line("skeleton", std::to_string(labels.skeleton.size()) + " lines");
  line("sigmas", made.sigmas);
  line("split", split_text(made));
  if (made.split.one_group)
    line("",
         "All pictures are of one video: its last part is val. Val is easier than another animal or day "
         "would be.");
  const auto& sizes = made.sizes;
  line("training", std::to_string(sizes.epochs) + " epochs of " + std::to_string(sizes.iters_per_epoch) +
                       " steps, " + std::to_string(sizes.batch) + " objects a step (" + sizes.batch_why +
                       "), crops of " + std::to_string(sizes.image_size[0]) + "x" +
                       std::to_string(sizes.image_size[1]));
  line("weights",
       sizes.pretrained
           ? "ResNet-18 of ImageNet, found on this machine"
           : "none: random to begin with; `posehost weights " + made.config.string() +
                 " --set model.pretrained='\"torchvision://resnet18\"'` says where better ones belong");
  for (const auto& reason : labels.left_out.reasons())
    line("left out", std::to_string(reason.count) + " " + reason.what + ", first " + reason.first);
  for (const auto& note : labels.notes) line("note", note);
  line("wrote", made.folder.string() + "/: config.json, train.json, val.json");
  line("next", "posehost run " + made.config.string());
}

Json answer(const ph::InitResult& made) {
  const auto& labels = made.labels;
  Json json{{"format", labels.format},
            {"root", labels.root.string()},
            {"folder", made.folder.string()},
            {"config", made.config.string()},
            {"images", labels.images.size()},
            {"objects", labels.objects.size()},
            {"boxes_from_points", made.made_boxes},
            {"category", labels.category},
            {"keypoints", labels.keypoints},
            {"sigmas", labels.sigmas}};
  json["flip_pairs"] = Json::array();
  for (const auto& [a, b] : *labels.flip_pairs)
    json["flip_pairs"].push_back(Json::array(
        {labels.keypoints[static_cast<std::size_t>(a)], labels.keypoints[static_cast<std::size_t>(b)]}));
  json["flip_pairs_guessed"] = made.guessed_flips;
  json["names_without_partner"] = made.single_sided;
  json["trains_mirrored"] = made.flips;
  json["skeleton"] = labels.skeleton.size();
  json["split"] = {{"by", split_name(made.split.by)},
                   {"groups", made.split.groups},
                   {"one_video", made.split.one_group},
                   {"train", {{"images", made.train_images}, {"objects", made.train_objects}}},
                   {"val", {{"images", made.val_images}, {"objects", made.val_objects}}}};
  json["training"] = {{"epochs", made.sizes.epochs},
                      {"iters_per_epoch", made.sizes.iters_per_epoch},
                      {"batch", made.sizes.batch},
                      {"image_size", made.sizes.image_size},
                      {"pretrained", made.sizes.pretrained}};
  json["left_out"] = Json::array();
  for (const auto& reason : labels.left_out.reasons())
    json["left_out"].push_back({{"what", reason.what}, {"count", reason.count}, {"first", reason.first}});
  json["notes"] = labels.notes;
  json["next"] = "posehost run " + made.config.string();
  return json;
}

int init() {
  if (image_size.size() == 1) image_size.push_back(image_size[0]);
  if (!image_size.empty()) wishes.image_size = {image_size[0], image_size[1]};
  const auto made = ph::init_project(wishes);
  if (as_json) {
    std::cout << answer(made).dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    print(made);
  }
  return 0;
}

}  // namespace

void add_init(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("init", "Make a ready config of your own labelled pictures");
  command->add_option("data", wishes.data, "Folder of the project, or one of its label files")
      ->required()
      ->type_name("DATA");
  command->add_option("--images", wishes.images, "COCO: folder with the pictures, if not with the labels")
      ->type_name("DIR");
  command
      ->add_option("--out", wishes.out,
                   "Folder for config.json, train.json, val.json (default: <DATA>_posehost here)")
      ->type_name("DIR");
  command->add_option("--format", wishes.format, "Whose labels they are (default: auto)")
      ->check(CLI::IsMember({"auto", "deeplabcut", "labelme", "yolo", "coco"}))
      ->type_name("NAME");
  command
      ->add_option("--val", wishes.val,
                   "Share of the pictures for validation (default: as the data says, else 0.2)")
      ->check(CLI::Range(0.001, 0.999));
  command->add_option("--split", wishes.split, "What stays together (default: as the data says, else video)")
      ->check(CLI::IsMember({"video", "folder", "random"}))
      ->type_name("WHAT");
  command->add_option("--epochs", wishes.epochs, "Epochs of training (default: by the number of objects)")
      ->check(CLI::Range(1, 1000000));
  command
      ->add_option("--image-size", image_size,
                   "Width and height of the network's input, multiples of 32 (default: by the boxes' shape)")
      ->expected(1, 2)
      ->check(CLI::Range(32, 4096))
      ->type_name("W [H]");
  command->add_flag("--force", wishes.force, "Write into a folder that is there already");
  command->add_flag("--json", as_json, "Answer as JSON");
  command->footer(
      "Reads, without changing them:\n"
      "  deeplabcut  a project with labeled-data/*/CollectedData_*.csv, one or several animals\n"
      "  labelme     JSON files beside their pictures: points, a group_id for each object, rectangles as "
      "boxes\n"
      "  yolo        data.yaml with kpt_shape, images/ and labels/\n"
      "  coco        COCO keypoint files of CVAT, SLEAP and others\n"
      "Pictures of one video (same folder, names that differ in their last number) stay on one side.\n"
      "Examples:\n"
      "  posehost init openfield-Pranav-2018-10-30\n"
      "  posehost init labelled/ --out mine --split folder --val 0.1\n"
      "  posehost run mine/config.json");
  command->callback([&action] {
    for (const auto side : image_size) {
      if (side % 32 != 0)
        throw CLI::ValidationError("--image-size", std::to_string(side) + " is no multiple of 32");
    }
    action = init;
  });
}
