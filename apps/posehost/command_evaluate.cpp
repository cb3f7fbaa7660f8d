#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "data/compat.hpp"
#include "log/log.hpp"
#include "metric/evaluate_files.hpp"
#include "metric/keypoint_table.hpp"

namespace {

struct Options {
  ph::EvaluateFiles files;
  std::string compat;
  bool json = false, by_keypoint = false, timing = false;
};

void print_text(const ph::EvaluatedFiles& made, const Options& options) {
  for (const auto& note : made.notes) std::cerr << note << "\n";
  for (const auto& line : made.lines) std::printf("%s\n", line.c_str());
  const auto first = made.lines.size();  // mAP's numbers are in its lines
  for (std::size_t i = first; i < made.values.size(); ++i) {
    std::printf("%s %s\n", made.values[i].first.c_str(), ph::shown_value(made.values[i].second).c_str());
  }
  if (options.by_keypoint && !made.tables.empty()) {
    for (const auto& line : ph::keypoint_table_lines(made.keypoints, made.tables))
      std::printf("%s\n", line.c_str());
  }
  if (options.timing) std::printf("read %.3f s, computed %.3f s\n", made.read_s, made.compute_s);
}

void print_json(const ph::EvaluatedFiles& made, const Options& options) {
  ph::Json json{{"metrics", ph::Json::object()}, {"notes", made.notes}};
  for (const auto& [name, value] : made.values) json["metrics"][name] = value;
  if (options.by_keypoint) {
    auto& tables = json["per_keypoint"] = ph::Json::object();
    for (const auto& table : made.tables) {
      for (std::size_t k = 0; k < table.values.size(); ++k)
        tables[table.metric][made.keypoints[k]] = table.values[k];
    }
  }
  if (options.timing) json["seconds"] = {{"read", made.read_s}, {"compute", made.compute_s}};
  std::cout << json.dump(2, ' ', false, ph::Json::error_handler_t::replace) << "\n";
}

int evaluate(Options& options) {
  if (!options.compat.empty()) {
    const auto& row = ph::compat_for(ph::Node::from_json(options.compat, "--compat"));
    options.files.pckh = {row.pckh_inclusive, row.pckh_tenth_is_eleventh};
  }
  const auto made = ph::evaluate_files(options.files);
  options.json ? print_json(made, options) : print_text(made, options);
  return 0;
}

}  // namespace

void add_evaluate(CLI::App& app, Action& action) {
  static Options options;
  auto& files = options.files;
  auto* command =
      app.add_subcommand("evaluate", "Compare predictions with annotations, both in COCO's format");
  command->add_option("--gt", files.truth, "Annotation file")->required()->type_name("FILE");
  command->add_option("--dt", files.results, "Results: a list of image_id, category_id, keypoints, score")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--metric", files.metrics,
                   "mAP (default), PCK, PCK@<threshold>, PCKh, AUC, EPE, NME; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  command
      ->add_option("--sigmas", files.sigmas,
                   "mAP: OKS sigmas, or a JSON file with them (default: COCO's for 17 keypoints)")
      ->type_name("A,B,…|FILE");
  // Not an optional<bool> in its place: CLI11 sets that to false where the flag is absent.
  static bool use_area = true;
  auto* const area = command->add_flag(
      "--use-area,!--no-use-area", use_area,
      "mAP: areas of the annotations (default but for crowdpose, aic, mhp), or 0.53 of the boxes'");
  command->add_flag("--skip-unknown", files.skip_unknown,
                    "Leave out results of unknown images and categories instead of failing");
  command->add_option("--pck-thr", files.pck_thr, "PCK: threshold in longer sides of the box (default 0.2)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--pckh-thr", files.pckh_thr,
                   "PCKh: threshold in sizes of the head (default 0.7; MPII's is 0.5)")
      ->check(CLI::PositiveNumber);
  command->add_option("--auc-nor", files.auc_nor, "AUC: pixels at which the curve ends (default 30)")
      ->check(CLI::PositiveNumber);
  command->add_option("--norm", files.norm, "NME: what distances are divided by")
      ->type_name("bbox_size|box_size|head_size|I,J");
  command
      ->add_option("--dataset", files.dataset,
                   "Rules known by name: crowdpose, aic, mhp (mAP), mpii (PCKh), wflw, 300w, cofw, lapa, "
                   "aflw, horse10 (NME)")
      ->type_name("NAME");
  command->add_option("--compat", options.compat, "PCKh of MPII as mmpose 0.13, 0.29 (default) or 1.x")
      ->type_name("VERSION");
  command->add_flag("--per-keypoint", options.by_keypoint, "A table by keypoint too (not of mAP)");
  command->add_flag("--json", options.json, "Answer as JSON, in full precision");
  command->add_flag("--timing", options.timing, "Say how long reading and computing took");
  command->footer(
      "Examples:\n"
      "  posehost evaluate --gt person_keypoints_val2017.json --dt result_keypoints.json\n"
      "  posehost evaluate --gt hands.json --dt out.json --metric PCK --metric EPE --per-keypoint\n"
      "  posehost evaluate --gt crowdpose.json --dt out.json --dataset crowdpose --sigmas "
      "crowdpose_info.json\n"
      "  posehost evaluate --gt faces.json --dt out.json --metric NME --norm 36,45 --json");
  command->callback([&action, area] {
    if (area->count() > 0) options.files.use_area = use_area;
    action = [] { return evaluate(options); };
  });
}
