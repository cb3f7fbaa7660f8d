// LoadImageFromFile's color_type, channel_order and to_float32: what mmcv makes of the same files.
#include <opencv2/imgcodecs.hpp>

#include "core/data/coco_fixture.hpp"
#include "data/pipeline.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"
#include "support/golden.hpp"

namespace {

using test::ContainsSubstring;
using Bytes = std::vector<std::uint8_t>;

Bytes from_base64(const std::string& text) {
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Bytes bytes;
  std::uint32_t bits = 0;
  int have = 0;
  for (const char c : text) {
    const auto digit = digits.find(c);
    if (digit == std::string::npos) break;  // padding
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    have += 6;
    if (have < 8) continue;
    have -= 8;
    bytes.push_back(static_cast<std::uint8_t>(bits >> have));
  }
  return bytes;
}

std::vector<double> values_of(const ph::Image& image) {
  if (!image.format.floats) return {image.pixels.begin(), image.pixels.end()};
  const auto* first = reinterpret_cast<const float*>(image.pixels.data());
  return {first, first + image.pixels.size() / sizeof(float)};
}

/// A data set of one picture whose pipeline begins with `load` and normalises by `mean` and 1.
struct OnePicture {
  test::TempFolder folder;
  ph::DatasetInfo info;
  ph::Instance instance;
  std::vector<ph::Item> given{ph::Item::box};

  explicit OnePicture(const std::string& name, const Bytes& bytes, int width = 8, int height = 6) {
    info.keypoints = {"nose"};
    test::write_bytes(folder / name, bytes);
    instance.image_file = (folder / name).string();
    instance.image_width = width;
    instance.image_height = height;
    instance.bbox = {0, 0, float(width), float(height)};
  }
  [[nodiscard]] ph::Pipeline pipeline(const test::Json& load, const test::Json& mean,
                                      const test::Json& more = test::Json::array()) const {
    auto list = test::Json::parse(test::plain_pipeline);
    if (load.is_object()) list[0].update(load);  // {} is null
    list[4]["mean"] = mean;
    list[4]["std"] = {1.0};
    for (const auto& step : more) list.insert(list.begin() + 1, step);
    const ph::PipelineContext context{&info, &ph::default_compat(), {32, 32}, {8, 8}, false, nullptr};
    return {ph::Node::from_json(list, "a.json"), context, given};
  }
  [[nodiscard]] std::vector<float> tensor(const ph::Pipeline& pipeline) const {
    ph::Sample sample;
    sample.instance = &instance;
    sample.joints = {4, 3};
    sample.visible = {1};
    pipeline.run(sample, {});
    return {sample.img.values().begin(), sample.img.values().end()};
  }
};

Bytes opencv(const char* extension, const cv::Mat& picture) {
  Bytes bytes;
  REQUIRE(cv::imencode(extension, picture, bytes));
  return bytes;
}

}  // namespace

TEST_CASE("every color_type gives mmcv's channels and values", "[image][golden]") {
  const auto golden = test::golden("images.json");
  for (const auto& one : golden.at("cases")) {
    const auto name = one.at("file").get<std::string>(), type = one.at("color_type").get<std::string>();
    const bool rgb = one.at("channel_order") == "rgb";
    CAPTURE(name, type, rgb);
    ph::DecodeOptions options;
    options.rgb = rgb && type == "color";
    options.apply_orientation = type == "color" || type == "grayscale";
    options.channels = type.starts_with("color") ? ph::Channels::color
                       : type == "unchanged"     ? ph::Channels::unchanged
                                                 : ph::Channels::grayscale;
    options.floats = !one.at("bytes").get<bool>();
    const auto image = test::decoded(from_base64(golden.at("files").at(name).get<std::string>()), options);
    const auto& shape = one.at("shape");
    CHECK(image.height == shape[0].get<int>());
    CHECK(image.width == shape[1].get<int>());
    CHECK(image.format.channels == (shape.size() == 3 ? shape[2].get<int>() : 1));
    const auto values = values_of(image), expected = one.at("values").get<std::vector<double>>();
    REQUIRE(values.size() == expected.size());
    double furthest = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
      furthest = std::max(furthest, std::abs(values[i] - expected[i]));
    // One level where versions of libpng and OpenCV round 16 bits or a brightness otherwise; else none.
    const bool rounded = name.find(".png") != std::string::npos || name.find("16") != std::string::npos;
    CHECK(furthest <= (rounded && type != "unchanged" ? 1 : 0));
  }
}

TEST_CASE("more than 8 bits that are left unchanged need floats", "[image][error]") {
  const auto bytes = opencv(".png", cv::Mat(3, 5, CV_16UC1, cv::Scalar(0x1234)));
  ph::DecodeOptions options;
  options.channels = ph::Channels::unchanged;
  CHECK_THAT(test::error_of([&] { (void)test::decoded(bytes, options); }),
             ContainsSubstring("a.img: the pixels have more than 8 bits") && ContainsSubstring("16 bits") &&
                 ContainsSubstring("\"to_float32\": true"));
  options.floats = true;
  CHECK(values_of(test::decoded(bytes, options)) == std::vector<double>(15, 0x1234));
}

TEST_CASE("floats are the bytes' values, of all pixels or of those that are wanted", "[image]") {
  const auto picture = test::pattern(64, 48);
  ph::DecodeOptions options;
  const auto bytes = GENERATE_COPY(test::bmp_of(picture), test::jpeg_of(picture));
  const auto plain = values_of(test::decoded(bytes, options));
  options.floats = true;
  CHECK(values_of(test::decoded(bytes, options)) == plain);
  options.wanted = {10, 20, 7, 9};
  const auto part = test::decoded(bytes, options);
  const auto values = values_of(part);
  for (int y = 20; y < 29; ++y) {
    for (int x = 10; x < 17; ++x) {
      const auto at = static_cast<std::size_t>(3 * (64 * y + x));
      REQUIRE(
          (values[at] == plain[at] && values[at + 1] == plain[at + 1] && values[at + 2] == plain[at + 2]));
    }
  }
}

TEST_CASE("a pipeline gives a tensor of as many channels as the picture has", "[pipeline]") {
  const cv::Mat grey(6, 8, CV_8UC1, cv::Scalar(51)), alpha(6, 8, CV_8UC4, cv::Scalar(51, 102, 153, 204));
  const OnePicture one("a.png", opencv(".png", grey)), four("b.png", opencv(".png", alpha));
  const auto middle = [](const std::vector<float>& tensor, std::size_t channel) {
    REQUIRE(tensor.size() % 1024 == 0);
    return tensor.at(1024 * channel + 16 * 32 + 16);
  };
  const auto grayscale = one.pipeline({{"color_type", "grayscale"}}, {0.1});
  CHECK(grayscale.channels() == 1);
  REQUIRE(one.tensor(grayscale).size() == 1024);
  CHECK_THAT(middle(one.tensor(grayscale), 0), test::WithinAbs(0.1, 1e-6));
  const auto unchanged = four.pipeline({{"color_type", "unchanged"}}, {0, 0, 0, 0.5});
  CHECK(unchanged.channels() == 4);
  for (const auto& [channel, value] : {std::pair<std::size_t, double>{0, 0.2}, {1, 0.4}, {2, 0.6}, {3, 0.3}})
    CHECK_THAT(middle(four.tensor(unchanged), channel), test::WithinAbs(value, 1e-6));
  // ToTensor divides bytes only; the mean counts in the pixels' own units.
  const auto floats = one.pipeline({{"color_type", "grayscale"}, {"to_float32", true}}, {50});
  CHECK(middle(one.tensor(floats), 0) == 1);
}

TEST_CASE("a crop of floats is not rounded between pixels", "[pipeline]") {
  // A ramp of 10 levels a pixel, four times as large: quarters between.
  cv::Mat ramp(6, 8, CV_8UC1);
  for (int x = 0; x < 8; ++x) ramp.col(x).setTo(10 * x);
  OnePicture one("a.png", opencv(".png", ramp));
  const auto fractions = [&](bool to_float32) {
    const auto pipeline = one.pipeline({{"color_type", "grayscale"}, {"to_float32", to_float32}}, {0.0});
    int count = 0;
    for (const float value : one.tensor(pipeline)) {
      const float level = to_float32 ? value : value * 255;
      count += std::abs(level - std::round(level)) > 0.01F;
    }
    return count;
  };
  CHECK(fractions(false) == 0);
  CHECK(fractions(true) > 100);
}

TEST_CASE("a picture of other channels than the others is an error", "[pipeline][error]") {
  const OnePicture grey("grey.png", opencv(".png", cv::Mat(6, 8, CV_8UC1, cv::Scalar(51))));
  const auto pipeline = grey.pipeline({{"color_type", "unchanged"}}, {0, 0, 0});
  CHECK_THAT(test::error_of([&] { (void)grey.tensor(pipeline); }),
             ContainsSubstring("grey.png: the image has another number of channels") &&
                 ContainsSubstring("1 channel (grey)") && ContainsSubstring("3 channels"));
}

TEST_CASE("channels and the steps that follow have to fit", "[pipeline][error]") {
  const OnePicture one("a.bmp", test::bmp_of(test::pattern(8, 6)));
  const auto error = [&](const test::Json& load, const test::Json& mean,
                         const test::Json& more = test::Json::array()) {
    return test::error_of([&] { (void)one.pipeline(load, mean, more); });
  };
  CHECK_THAT(
      error({{"color_type", "grayscale"}}, {0, 0, 0}),
      ContainsSubstring("/4/mean: 3 numbers for pictures of 1 channel") && ContainsSubstring("one number"));
  CHECK_THAT(error({}, {0, 0}), ContainsSubstring("/4/mean: 2 numbers for pictures of 3 channels"));
  CHECK(error({}, {0.5}) == "(no error)");
  CHECK_THAT(error({{"color_type", "unchanged"}}, {0}),
             ContainsSubstring("/0/color_type: nothing says how many channels"));
  const auto colours = test::Json::array({{{"type", "PhotometricDistortion"}}});
  CHECK_THAT(error({{"to_float32", true}}, {0, 0, 0}, colours),
             ContainsSubstring("PhotometricDistortion changes bytes of three colours"));
  CHECK_THAT(error({{"color_type", "grayscale"}}, {0}, colours), ContainsSubstring("three colours"));
  CHECK(error({{"color_type", "unchanged"}}, {0, 0, 0}, colours) == "(no error)");
  CHECK_THAT(error({}, test::Json::array()), ContainsSubstring("/4/mean"));
  CHECK_THAT(error({{"color_type", "gray"}}, {0}), ContainsSubstring("/0/color_type"));
}

TEST_CASE("a channel_order without effect is said", "[pipeline]") {
  const OnePicture one("a.bmp", test::bmp_of(test::pattern(8, 6)));
  const auto pipeline = one.pipeline({{"color_type", "color_ignore_orientation"}}, {0, 0, 0});
  REQUIRE(pipeline.notes().size() == 1);
  CHECK_THAT(pipeline.notes()[0], ContainsSubstring("a.json") && ContainsSubstring("gives BGR"));
  CHECK(one.pipeline({{"color_type", "color_ignore_orientation"}, {"channel_order", "bgr"}}, {0})
            .notes()
            .empty());
  CHECK(one.pipeline({}, {0}).notes().empty());
}
