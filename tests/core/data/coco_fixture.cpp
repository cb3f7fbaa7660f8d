#include "core/data/coco_fixture.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
// libjpeg's header wants <cstdio> before it.
#include <jpeglib.h>

namespace test {

namespace fs = std::filesystem;

ph::Image pattern(int width, int height) {
  ph::Image image;
  image.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c)
        image.row(y)[3 * x + c] = static_cast<std::uint8_t>(7 * x + 13 * y + 50 * c);
    }
  }
  return image;
}

ph::Image gradient(int width, int height) {
  ph::Image image;
  image.resize(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.row(y)[3 * x] = static_cast<std::uint8_t>(255 * x / width);
      image.row(y)[3 * x + 1] = static_cast<std::uint8_t>(255 * y / height);
      image.row(y)[3 * x + 2] = 128;
    }
  }
  return image;
}

std::vector<std::uint8_t> bmp_of(const ph::Image& rgb) {
  const auto put = [](std::vector<std::uint8_t>& bytes, std::size_t at, std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i)
      bytes[at + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(value >> (8 * i));
  };
  const auto stride = static_cast<std::size_t>(rgb.width * 3 + 3) / 4 * 4;
  std::vector<std::uint8_t> bytes(54 + stride * static_cast<std::size_t>(rgb.height));
  bytes[0] = 'B';
  bytes[1] = 'M';
  put(bytes, 2, static_cast<std::uint32_t>(bytes.size()), 4);
  put(bytes, 10, 54, 4);
  put(bytes, 14, 40, 4);
  put(bytes, 18, static_cast<std::uint32_t>(rgb.width), 4);
  put(bytes, 22, static_cast<std::uint32_t>(rgb.height), 4);
  put(bytes, 26, 1, 2);
  put(bytes, 28, 24, 2);
  for (int y = 0; y < rgb.height; ++y) {  // rows from the bottom, BGR
    std::uint8_t* row = bytes.data() + 54 + stride * static_cast<std::size_t>(rgb.height - 1 - y);
    for (int x = 0; x < rgb.width; ++x) {
      for (int c = 0; c < 3; ++c) row[3 * x + c] = rgb.row(y)[3 * x + 2 - c];
    }
  }
  return bytes;
}

std::vector<std::uint8_t> jpeg_of(const ph::Image& rgb, const JpegOptions& options) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* made = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &made, &size);
  info.image_width = static_cast<JDIMENSION>(rgb.width);
  info.image_height = static_cast<JDIMENSION>(rgb.height);
  info.input_components = options.channels;
  info.in_color_space = options.channels == 1 ? JCS_GRAYSCALE : options.channels == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  jpeg_set_quality(&info, 95, TRUE);
  info.comp_info[0].h_samp_factor = options.channels == 3 ? options.sampling_x : 1;
  info.comp_info[0].v_samp_factor = options.channels == 3 ? options.sampling_y : 1;
  info.arith_code = options.arithmetic ? TRUE : FALSE;
  if (options.progressive) jpeg_simple_progression(&info);
  jpeg_start_compress(&info, TRUE);
  if (options.orientation > 0) {
    // Little-endian TIFF with one directory of one entry: tag 0x0112, SHORT, one value.
    std::uint8_t exif[] = {'E',  'x',  'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
                           0x12, 0x01, 3,   0,   1, 0, 0,   0,   0,  0, 0, 0, 0, 0, 0, 0};
    exif[24] = static_cast<std::uint8_t>(options.orientation);
    jpeg_write_marker(&info, JPEG_APP0 + 1, exif, sizeof exif);
  }
  std::vector<std::uint8_t> row(static_cast<std::size_t>(rgb.width * options.channels));
  for (int y = 0; y < rgb.height; ++y) {
    for (int x = 0; x < rgb.width; ++x) {
      for (int c = 0; c < options.channels; ++c) {
        row[static_cast<std::size_t>(x * options.channels + c)] = rgb.row(y)[3 * x + c % 3];
      }
    }
    JSAMPROW rows[] = {row.data()};
    jpeg_write_scanlines(&info, rows, 1);
  }
  jpeg_finish_compress(&info);
  std::vector<std::uint8_t> bytes(made, made + size);
  jpeg_destroy_compress(&info);
  std::free(made);
  return bytes;
}

ph::Image decoded(const std::vector<std::uint8_t>& bytes, const ph::DecodeOptions& options) {
  ph::Image image;
  ph::decode_image(bytes, "a.img", options, image);
  return image;
}

void write_bytes(const fs::path& file, const std::vector<std::uint8_t>& bytes) {
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

std::vector<std::uint8_t> read_bytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Json coco_json(int images) {
  Json root = {{"images", Json::array()},
               {"annotations", Json::array()},
               {"categories",
                {{{"id", 1},
                  {"name", "face"},
                  {"keypoints", {"nose", "left_eye", "right_eye"}},
                  {"skeleton", {{1, 2}, {1, 3}}}}}}};
  for (int i = 0; i < images; ++i) {
    root["images"].push_back(
        {{"id", 10 + i}, {"file_name", std::to_string(i) + ".bmp"}, {"width", 64}, {"height", 48}});
    root["annotations"].push_back({{"id", 100 + i},
                                   {"image_id", 10 + i},
                                   {"category_id", 1},
                                   {"iscrowd", 0},
                                   {"bbox", {8 + i, 6, 40, 30}},
                                   {"area", 600},
                                   {"keypoints", {20 + i, 20, 2, 30, 12, 2, 12, 14, 1}},
                                   {"num_keypoints", 3}});
  }
  return root;
}

const char* const plain_pipeline = R"([
  {"type": "LoadImageFromFile"},
  {"type": "TopDownGetBboxCenterScale", "padding": 1.25},
  {"type": "TopDownAffine"},
  {"type": "ToTensor"},
  {"type": "NormalizeTensor", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
  {"type": "TopDownGenerateTarget", "sigma": 1},
  {"type": "Collect", "keys": ["img", "target", "target_weight"],
   "meta_keys": ["image_file", "center", "scale", "rotation", "bbox_score", "flip_pairs"]}])";

const char* const random_pipeline = R"([
  {"type": "LoadImageFromFile"},
  {"type": "TopDownGetBboxCenterScale", "padding": 1.25},
  {"type": "TopDownRandomShiftBboxCenter", "shift_factor": 0.16, "prob": 0.3},
  {"type": "TopDownRandomFlip", "flip_prob": 0.5},
  {"type": "TopDownHalfBodyTransform", "num_joints_half_body": 2, "prob_half_body": 0.3},
  {"type": "TopDownGetRandomScaleRotation", "rot_factor": 40, "scale_factor": 0.5},
  {"type": "TopDownAffine"},
  {"type": "ToTensor"},
  {"type": "NormalizeTensor", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
  {"type": "TopDownGenerateTarget", "sigma": 1},
  {"type": "Collect", "keys": ["img", "target", "target_weight"],
   "meta_keys": ["image_file", "center", "scale", "rotation", "bbox_score", "flip_pairs"]}])";

std::shared_ptr<const ph::Dataset> make_coco(const TempFolder& dir, CocoSetup setup) {
  const fs::path file = dir.write("ann.json", setup.annotations.dump());
  if (setup.write_images) {
    for (const Json& image : setup.annotations["images"]) {
      write_bytes(dir / image["file_name"].get<std::string>(), bmp_of(pattern(64, 48)));
    }
  }
  Json node = {{"type", "TopDownCocoDataset"},
               {"ann_file", file.string()},
               {"img_prefix", dir.path().string()},
               {"data_cfg", setup.data_cfg},
               {"pipeline", Json::parse(setup.pipeline)}};
  if (!setup.dataset_info.is_null()) node["dataset_info"] = setup.dataset_info;
  return ph::make_dataset(ph::Node::from_json(node, "test.json"), setup.context);
}

}  // namespace test
