#include "test_arguments.hpp"

#include "run_arguments.hpp"

void add_test_arguments(CLI::App& app, ph::TestOptions& options) {
  add_config_arguments(app, options.run);
  app.add_option("checkpoint", options.checkpoint, "Weights: safetensors, or a file of torch.save")
      ->required()
      ->type_name("CKPT");
  app.add_option("--eval", options.metrics,
                 "Metrics instead of the config's: mAP, PCK, PCK@<threshold>, PCKh, AUC, EPE, NME")
      ->type_name("METRIC");
  app.add_option("--out", options.out, "Write predictions as a COCO result list")->type_name("FILE");
  app.add_option("--work-dir", options.run.work_dir, "Write test.json there, and mAP's result_keypoints.json")
      ->type_name("DIR");
  app.add_flag("--fuse-conv-bn", options.fuse, "Make batch norms part of the convolutions before them");
  app.add_flag("--per-keypoint", options.by_keypoint, "A table by keypoint too");
  app.add_flag("--json", options.json, "Answer as JSON");
  app.footer(
      "Tests data.test of the config, data.val where there is none. Every tensor of the network has to be "
      "in\n"
      "CKPT, under the names of mmpose 0.x or 1.x. With mAP, --out has what is left after its NMS, so that\n"
      "`posehost evaluate` finds the same AP; else every prediction.\n"
      "Examples:\n"
      "  posehost test cfg.json work_dirs/cfg/best_AP.safetensors --eval mAP --out results.json\n"
      "  posehost test cfg.json epoch_210.pth --eval PCK EPE --per-keypoint --fuse-conv-bn\n"
      "  posehost test cfg.json last.safetensors --set data.test_dataloader.samples_per_gpu=64 --json");
}
