#pragma once
#include <filesystem>
#include <vector>

#include "data/dataset.hpp"

namespace ph {

struct PictureOptions {
  int columns = 3, rows = 2;  ///< images shown, spread evenly over the data set
  int tile = 400;             ///< longer side of an image in pixels
};

/// Draws images of `dataset` side by side: true points as green rings, predicted ones as filled dots
/// in the keypoint's colour, a line from one to the other, skeleton through the predictions. Written
/// as PNG. Throws Error(data) for an image, Error(environment) for the file.
void write_samples_picture(const std::filesystem::path& file, const Dataset& dataset,
                           const std::vector<Prediction>& predictions, const PictureOptions& options = {});

}  // namespace ph
