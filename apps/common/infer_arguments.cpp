#include "infer_arguments.hpp"

void add_infer_arguments(CLI::App& app, ph::InferOptions& options) {
  app.add_option("checkpoint", options.checkpoint, "Weights: a checkpoint of posehost, or any with --cfg")
      ->required()
      ->type_name("CKPT");
  app.add_option("inputs", options.inputs, "Images, folders of images, videos")
      ->required()
      ->type_name("INPUT");
  app.add_option("--cfg", options.config,
                 "Config of the network (default: the one in CKPT, or config.json beside it)")
      ->type_name("CFG");
  app.add_option("--set", options.overrides.set, "Change the config: a.b.0.c=JSON")
      ->type_name("KEY=JSON")
      ->take_all()
      ->expected(1)
      ->allow_extra_args(false);
  auto* boxes =
      app.add_option("--boxes", options.boxes, "Where to look: a COCO file, or a detector's list of boxes")
          ->type_name("FILE");
  static bool whole_image = true;  // said aloud; it is so without --boxes
  app.add_flag("--whole-image", whole_image, "Look at whole images (the default)")->excludes(boxes);
  app.add_option("--out", options.out, "Draw skeletons, into this folder")->type_name("DIR");
  app.add_option("--json", options.json, "Write a COCO result list")->type_name("FILE");
  app.add_option("--csv", options.csv, "Write a table as DeepLabCut's: scorer, bodyparts, coords")
      ->type_name("FILE");
  app.add_option("--batch", options.batch, "Boxes that go through the network at once (default 1)")
      ->check(CLI::Range(1, 4096));
  app.add_option("--device", options.device, "cpu, cuda or auto")
      ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
  app.add_option("--kpt-thr", options.keypoint_score,
                 "Keypoints with a lower score are not drawn (default 0.3)");
  app.add_option("--radius", options.radius, "Of keypoints, in pixels (default 4)")
      ->check(CLI::Range(0, 1000));
  app.add_option("--thickness", options.thickness, "Of lines, in pixels (default 2)")
      ->check(CLI::Range(0, 255));
  app.add_flag("--strict", options.strict,
               "End at the first picture that cannot be read, with nothing written");
  app.add_flag("--plain", options.plain, "Leave batch norms where they are: slower, no rounding of its own");
  app.footer(
      "Boxes of a list belong to the image whose name ends in their image_id, or has their file_name; in a "
      "video,\n"
      "to the frame of that number, counted from 0. Numbers of keypoints count from the centre of the top "
      "left\n"
      "pixel. Broken pictures are listed and skipped; the exit code is then 4.\n"
      "Examples:\n"
      "  posehost infer best_PCK.safetensors photos/ --out drawn --json results.json\n"
      "  posehost infer hrnet.pth street.jpg --cfg hrnet_w32.json --boxes people.json --out drawn\n"
      "  posehost infer last.safetensors mouse.mp4 --csv mouse.csv --batch 16 --out drawn");
}
