#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "import/label_set.hpp"
#include "import/ready_config.hpp"
#include "import/split.hpp"

namespace ph {

/// What `posehost init` was asked for.
struct InitWishes {
  std::filesystem::path data, images, out;   ///< out empty: <name of data>_posehost in the current folder
  std::string format = "auto", split;        ///< split empty: as the data says, else video
  std::optional<double> val;                 ///< share; given, it divides data anew that says its sides; 0.2
  std::array<std::int64_t, 2> image_size{};  ///< 0: chosen
  std::int64_t epochs = 0;                   ///< 0: chosen
  bool force = false;
};

/// What it made.
struct InitResult {
  std::filesystem::path folder, config;
  LabelSet labels;  ///< tidy, with flip pairs and sigmas
  Split split;
  ChosenSizes sizes;
  std::size_t train_images = 0, val_images = 0, train_objects = 0, val_objects = 0;
  bool guessed_flips = false, flips = false;  ///< flips: mirrored pictures are trained on
  std::vector<std::string> single_sided;      ///< names with a side and no partner
  std::size_t made_boxes = 0;
  std::string sigmas;  ///< where they come from
};

/// Reads labels, divides them, writes config.json, train.json and val.json into a new folder; only files of these names are replaced, and
/// only with `force`. Pictures stay where they are. Throws Error(usage), Error(data), Error(environment); then nothing was written.
[[nodiscard]] InitResult init_project(const InitWishes& wishes);

/// A COCO file of the images with `val` as given: ids count from 1 over the whole data set.
[[nodiscard]] std::string coco_text(const LabelSet& labels, const std::vector<bool>& val, bool side);

}  // namespace ph
