#pragma once
// Small COCO data sets and image files, written into a folder that is removed at the end.
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/compat.hpp"
#include "data/dataset.hpp"
#include "data/image.hpp"
#include "support/temp_folder.hpp"

namespace test {

using Json = nlohmann::ordered_json;

/// Pixels that differ everywhere: channel c of (x, y) is (7 x + 13 y + 50 c) mod 256.
ph::Image pattern(int width, int height);
/// Smooth ones, which a lossy format keeps nearly as they are.
ph::Image gradient(int width, int height);

std::vector<std::uint8_t> bmp_of(const ph::Image& rgb);
struct JpegOptions {
  int channels = 3;                    ///< 1 grey, 3 RGB, 4 CMYK (made of the pixels somehow)
  int orientation = 0;                 ///< EXIF; 0: no EXIF segment
  int sampling_x = 2, sampling_y = 2;  ///< of colours: 2, 2 is 4:2:0
  bool progressive = false;
  bool arithmetic = false;  ///< arithmetic instead of Huffman coding
};
std::vector<std::uint8_t> jpeg_of(const ph::Image& rgb, const JpegOptions& options = {});
/// An image file's pixels; it is called "a.img" in messages.
ph::Image decoded(const std::vector<std::uint8_t>& bytes, const ph::DecodeOptions& options = {});
void write_bytes(const std::filesystem::path& file, const std::vector<std::uint8_t>& bytes);
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file);

/// An annotation file's content: `images` pictures of 64 x 48 named "0.bmp", …, one annotation each, with
/// three keypoints nose, left_eye, right_eye.
Json coco_json(int images);
/// The pipeline of a data set for 32 x 32 crops and 8 x 8 heatmaps.
extern const char* const plain_pipeline;
extern const char* const random_pipeline;

/// What a test changes before the data set is made.
struct CocoSetup {
  Json annotations = coco_json(4);
  std::string pipeline = plain_pipeline;
  Json data_cfg = {{"image_size", {32, 32}}, {"heatmap_size", {8, 8}}, {"num_joints", 3}};
  Json dataset_info;  ///< of the data set's own arguments; null: none
  ph::DataContext context;
  bool write_images = true;
};

/// Writes the files and makes the TopDownCocoDataset.
std::shared_ptr<const ph::Dataset> make_coco(const TempFolder& dir, CocoSetup setup = {});

}  // namespace test
