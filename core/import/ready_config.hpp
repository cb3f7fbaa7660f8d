#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "config/node.hpp"
#include "import/label_set.hpp"

namespace ph {

/// What a ready config needs to know.
struct ConfigWishes {
  std::array<std::int64_t, 2> image_size{};  ///< width, height; 0: chosen by the boxes' shape
  std::int64_t epochs = 0;                   ///< 0: chosen by the number of objects
  std::string images;                        ///< img_prefix
  std::size_t train = 0, val = 0;            ///< objects
  std::int64_t memory = 0;                   ///< bytes that the run may use
  bool flip = false;                         ///< mirrored pictures are training data too
};

/// What was chosen.
struct ChosenSizes {
  std::array<std::int64_t, 2> image_size{};
  std::int64_t batch = 0, epochs = 0, iters_per_epoch = 0;
  std::string batch_why;    ///< "1/4 of the data", "memory", …
  bool pretrained = false;  ///< weights of ImageNet are on this machine
};

[[nodiscard]] ChosenSizes choose_sizes(const LabelSet& labels, const ConfigWishes& wishes);

/// A config that `posehost run` takes as it is: ResNet-18 with deconvolutions, Adam, warm-up and two steps, PCK, EPE and mAP, the annotation
/// files train.json and val.json beside it. `labels` has its flip pairs and sigmas.
[[nodiscard]] Json ready_config(const LabelSet& labels, const ConfigWishes& wishes, const ChosenSizes& sizes);

}  // namespace ph
