#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "common/run_arguments.hpp"
#include "config/load.hpp"
#include "tensor/file_mapping.hpp"
#include "tensor/sha256.hpp"
#include "weights/find_weights.hpp"
#include "weights/open_weights.hpp"

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::filesystem::path file;
  ph::ConfigOverrides overrides;
  bool json = false;
};
Options options;

/// What there is to say about one request; `state` is "found", "missing", "wrong hash" or "unreadable".
Json examine(const ph::WeightsRequest& request) {
  const auto place = ph::locate_weights(request.source);
  Json answer{{"key", request.key},
              {"wanted", request.source.string()},
              {"state", "missing"},
              {"file", nullptr},
              {"put", place.put.string()},
              {"url", nullptr},
              {"file_names", place.file_names},
              {"folders", Json::array()},
              {"hash_expected", nullptr},
              {"hash", nullptr},
              {"format", nullptr},
              {"tensors", nullptr},
              {"problem", nullptr}};
  if (!place.url.empty()) answer["url"] = place.url;
  for (const auto& folder : place.folders) answer["folders"].push_back(folder.string());
  if (!place.hash.empty()) answer["hash_expected"] = place.hash;
  if (place.file.empty()) return answer;
  answer["file"] = place.file.string();
  try {
    const auto hash = ph::sha256(ph::FileMapping(place.file, "a file of weights").bytes());
    answer["hash"] = hash;
    const auto weights = ph::open_weights(place.file);
    answer["format"] = weights.format;
    answer["tensors"] = weights.tensors.size();
    answer["state"] = hash.starts_with(place.hash) ? "found" : "wrong hash";
  } catch (const ph::Error& error) {
    answer["state"] = "unreadable";
    answer["problem"] = error.what();
  }
  return answer;
}

void print(const Json& answer) {
  const auto line = [](const char* label, const std::string& text) {
    std::printf("  %-9s %s\n", label, text.c_str());
  };
  const auto text = [&](const char* key) {
    return answer[key].is_null() ? "" : answer[key].get<std::string>();
  };
  std::printf("%s: %s\n", text("key").c_str(), text("wanted").c_str());
  line("state", text("state"));
  if (!answer["url"].is_null()) line("url", text("url"));
  if (!answer["file"].is_null()) line("file", text("file"));
  if (answer["file"].is_null()) {
    std::string names;
    for (const auto& name : answer["file_names"])
      names += (names.empty() ? "" : " or ") + name.get<std::string>();
    line("file", names);
    for (const auto& folder : answer["folders"]) line("not in", folder);
    line("put it at", text("put"));
  }
  if (!answer["hash_expected"].is_null()) line("expected", "SHA-256 " + text("hash_expected") + "…");
  if (!answer["hash"].is_null()) line("is", "SHA-256 " + text("hash"));
  if (!answer["format"].is_null())
    line("format", text("format") + ", " + std::to_string(answer["tensors"].get<std::size_t>()) + " tensors");
  if (!answer["problem"].is_null()) std::printf("%s\n", text("problem").c_str());
}

int list() {
  const auto config = ph::load_config(options.file, options.overrides);
  Json all = Json::array();
  bool ok = true;
  for (const auto& request : ph::weights_requests(config)) {
    all.push_back(examine(request));
    ok = ok && all.back()["state"] == "found";
  }
  if (options.json) {
    const Json answer{{"ok", ok}, {"weights", all}};
    std::cout << answer.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else {
    if (all.empty()) std::printf("the config names no weights: every parameter is drawn\n");
    for (const auto& answer : all) print(answer);
  }
  return ok ? 0 : 1;
}

}  // namespace

void add_weights(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand(
      "weights", "List the weights that a config starts from: where they are, or where to put them");
  add_config_file(*command, options.file, options.overrides);
  command->add_flag("--json", options.json, "Answer as JSON");
  command->footer(
      "Looks at model.pretrained, at model.backbone.init_cfg of type Pretrained, and at load_from. URLs and\n"
      "names such as torchvision://resnet50 are looked up by file name in the folders of POSEHOST_WEIGHTS "
      "(\":\"\n"
      "between them), then in torch's cache, $TORCH_HOME/hub/checkpoints or ~/.cache/torch/hub/checkpoints.\n"
      "Nothing is downloaded.\n"
      "Exit code: 0 all there, 1 a file is missing, unreadable or has another hash than its name says, 2 "
      "config.\n"
      "Examples:\n"
      "  posehost weights cfg.json\n"
      "  POSEHOST_WEIGHTS=~/weights:/shared/weights posehost weights cfg.json --json\n"
      "  posehost weights cfg.json --set 'load_from=\"epoch_210.pth\"'");
  command->callback([&action] { action = list; });
}
