// CrowdPose's nine numbers, and points in several lists: xtcocotools' own.
#include "data/dataset_rules.hpp"
#include "metric/coco_map.hpp"
#include "metric/evaluate_files.hpp"
#include "metric/oks_evaluation.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"
#include "support/temp_folder.hpp"

using namespace ph;

TEST_CASE("AP by how crowded images are equals xtcocotools'", "[metric][golden]") {
  const auto golden = test::golden("crowdpose.json").at("crowd");
  const auto truth = parse_coco_truth(golden.at("truth").dump(), "gt.json");
  const auto results = parse_coco_results(golden.at("results").dump(), "dt.json", truth);
  const auto sigmas = golden.at("sigmas").get<std::vector<double>>();
  const auto ours = evaluate_crowd_oks(truth, results, {sigmas, false});
  const auto lines = crowd_oks_lines(ours);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(crowd_oks_names()[i]);
    CHECK_THAT(ours[i], test::WithinAbs(golden.at("stats")[i].get<double>(), 1e-12));
    auto line = golden.at("lines")[i].get<std::string>();
    // Its last three lines leave no room for a sign.
    if (i >= 6) line.insert(line.find("] = ") + 4, " ");
    CHECK(lines[i] == line);
  }
  // With areas the numbers are others, so the choice matters here.
  CHECK(evaluate_crowd_oks(truth, results, {sigmas, true})[0] != ours[0]);
}

TEST_CASE("evaluate knows CrowdPose by name", "[metric][golden]") {
  const auto golden = test::golden("crowdpose.json").at("crowd");
  const test::TempFolder folder;
  EvaluateFiles asked;
  asked.truth = folder.write("gt.json", golden.at("truth").dump());
  asked.results = folder.write("dt.json", golden.at("results").dump());
  for (const auto& sigma : golden.at("sigmas"))
    asked.sigmas += (asked.sigmas.empty() ? "" : ",") + sigma.dump();
  asked.dataset = "crowdpose";
  const auto made = evaluate_files(asked);
  REQUIRE(made.values.size() == 9);
  CHECK(made.values[6].first == "AP(E)");
  CHECK_THAT(made.values[6].second, test::WithinAbs(golden.at("stats")[6].get<double>(), 1e-12));
  CHECK_THAT(made.lines[6], test::ContainsSubstring("type=  easy"));
  asked.dataset.clear();
  CHECK(evaluate_files(asked).values.size() == 10);
}

TEST_CASE("an image without a crowd index is named", "[metric][error]") {
  auto golden = test::golden("crowdpose.json").at("crowd");
  golden["truth"]["images"][1].erase("crowdIndex");
  const auto truth = parse_coco_truth(golden.at("truth").dump(), "gt.json");
  CHECK_THAT(test::error_of([&] {
               (void)evaluate_crowd_oks(truth, {}, {golden.at("sigmas").get<std::vector<double>>(), false});
             }),
             test::ContainsSubstring("gt.json: image 13: \"crowdIndex\" is missing"));
  golden["truth"]["images"][1]["crowdIndex"] = "many";
  CHECK_THAT(test::error_of([&] { (void)parse_coco_truth(golden.at("truth").dump(), "gt.json"); }),
             test::ContainsSubstring("gt.json"));
}

TEST_CASE("mAP of points in several lists equals xtcocotools'", "[metric][golden]") {
  const auto golden = test::golden("crowdpose.json").at("wholebody");
  const auto lists = golden.at("lists").get<std::vector<std::string>>();
  CHECK(lists == dataset_rules().at("TopDownCocoWholeBodyDataset").points.front().keypoints);
  const auto truth = parse_coco_truth(golden.at("truth").dump(), "gt.json", lists);
  const auto results = parse_coco_results(golden.at("results").dump(), "dt.json", truth);
  const auto ours = evaluate_oks(truth, results, {golden.at("sigmas").get<std::vector<double>>()});
  for (std::size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(oks_names()[i]);
    CHECK_THAT(ours[i], test::WithinAbs(golden.at("stats")[i].get<double>(), 1e-12));
  }
}

TEST_CASE("mAP of a CrowdPose data set has its nine numbers", "[metric]") {
  const auto golden = test::golden("crowdpose.json").at("crowd");
  const test::TempFolder folder;
  DatasetInfo info;
  info.sigmas = golden.at("sigmas").get<std::vector<double>>();
  MetricContext context;
  context.annotation_file = folder.write("gt.json", golden.at("truth").dump());
  context.info = &info;
  context.rules = dataset_rules().at("TopDownCrowdPoseDataset");
  // Without "metric" it is the data set's.
  const auto metrics = make_metrics(Node::parse("{}", "cfg.json"), context);
  REQUIRE(metrics.size() == 1);
  const auto values = metrics[0]->evaluate({}, {}, info);
  REQUIRE(values.size() == 9);
  CHECK(values[8] == std::pair<std::string, double>{"AP(H)", 0});
  CHECK(metrics[0]->lines(values).size() == 9);
}

TEST_CASE("data set types differ from TopDownCocoDataset by what the table says", "[metric]") {
  const auto& all = dataset_rules();
  CHECK_FALSE(all.at("TopDownAicDataset").use_area);
  CHECK(all.at("TopDownCocoDataset").use_area);
  CHECK(all.at("Face300WDataset").metrics == std::vector<std::string>{"NME"});
  CHECK(all.at("HandCocoWholeBodyDataset").points.size() == 2);
  for (const auto& [type, rules] : all) {
    CAPTURE(type);
    CHECK_NOTHROW(check_metrics(Node::from_json(Json{{"metric", rules.metrics}}, "cfg.json")));
  }
}
