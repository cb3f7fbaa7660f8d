#include "data/pipeline.hpp"

#include <functional>

#include "core/data/coco_fixture.hpp"
#include "support/catch.hpp"
#include "support/error_of.hpp"

namespace {

using test::ContainsSubstring;
using Change = std::function<void(test::Json&)>;

// The plain pipeline: 0 load, 1 centre and scale, 2 affine, 3 tensor, 4 normalize, 5 target, 6 collect.
std::string error_with(const Change& change) {
  test::Json list = test::Json::parse(test::plain_pipeline);
  change(list);
  static const ph::DatasetInfo info{"face", {"nose"}, {}, {}, {1}, {}, {}, {}, {}, {}};
  const ph::PipelineContext context{&info, &ph::default_compat(), {32, 32}, {8, 8}, false, nullptr};
  return test::error_of([&] { ph::Pipeline(ph::Node::from_json(list, "a.json"), context, {ph::Item::box}); });
}

Change swapped(std::size_t a, std::size_t b) {
  return [a, b](test::Json& list) { std::swap(list[a], list[b]); };
}
Change without(std::size_t i) {
  return [i](test::Json& list) { list.erase(i); };
}
Change with(std::size_t i, const char* key, const test::Json& value) {
  return [=](test::Json& list) { list[i][key] = value; };
}

}  // namespace

TEST_CASE("a pipeline in the right order is taken", "[pipeline]") {
  CHECK(error_with([](test::Json&) {}) == "(no error)");
  CHECK(error_with(with(6, "keys", {"img"})) == "(no error)");
}

TEST_CASE("mistakes in the order of a pipeline are found before it runs", "[pipeline][error]") {
  CHECK_THAT(error_with(swapped(3, 4)), ContainsSubstring("/3: NormalizeTensor needs the crop as a tensor") &&
                                            ContainsSubstring("ToTensor before NormalizeTensor"));
  CHECK_THAT(error_with(without(0)), ContainsSubstring("TopDownAffine needs the whole image") &&
                                         ContainsSubstring("LoadImageFromFile before TopDownAffine"));
  CHECK_THAT(error_with(without(1)), ContainsSubstring("TopDownAffine needs the crop's centre") &&
                                         ContainsSubstring("TopDownGetBboxCenterScale before TopDownAffine"));
  CHECK_THAT(error_with(without(2)), ContainsSubstring("ToTensor needs the crop"));
  CHECK_THAT(error_with(without(5)),
             ContainsSubstring("Collect needs target, which nothing before it makes") &&
                 ContainsSubstring("the crop as a tensor"));
  CHECK_THAT(error_with(without(6)), ContainsSubstring("the pipeline does not end with Collect"));
  CHECK_THAT(error_with([](test::Json& list) {
               list.insert(list.begin() + 3, test::Json{{"type", "TopDownRandomFlip"}});
             }),
             ContainsSubstring("TopDownRandomFlip needs the whole image, and comes after TopDownAffine"));
  CHECK_THAT(error_with([](test::Json& list) {
               list.insert(list.begin() + 3, test::Json{{"type", "TopDownGetRandomScaleRotation"}});
             }),
             ContainsSubstring("TopDownGetRandomScaleRotation before TopDownAffine"));
  CHECK_THAT(error_with([](test::Json& list) { list = test::Json::array(); }),
             ContainsSubstring("not a pipeline"));
  CHECK_THAT(error_with([](test::Json& list) { list = 5; }), ContainsSubstring("not a pipeline"));
}

TEST_CASE("arguments that make no sense are refused by name and place", "[pipeline][error]") {
  CHECK_THAT(error_with(with(5, "sigma", 0)), ContainsSubstring("/5/sigma"));
  CHECK_THAT(error_with(with(6, "keys", {"target"})), ContainsSubstring("\"img\" is missing"));
}

TEST_CASE("all encodings are taken", "[pipeline]") {
  CHECK(error_with(with(2, "use_udp", true)) == "(no error)");
  CHECK(error_with(with(5, "encoding", "UDP")) == "(no error)");
  CHECK(error_with(with(5, "encoding", "Megvii")) == "(no error)");
  CHECK(error_with(with(5, "unbiased_encoding", true)) == "(no error)");
  CHECK(error_with(with(5, "sigma", {1, 2})) == "(no error)");
}

TEST_CASE("changes of colour take the whole image or the crop, but no tensor", "[pipeline]") {
  const auto with_step_at = [](int place) {
    return error_with([place](test::Json& list) {
      list.insert(list.begin() + place, test::Json{{"type", "PhotometricDistortion"}});
    });
  };
  CHECK(with_step_at(1) == "(no error)");
  CHECK(with_step_at(3) == "(no error)");
  CHECK_THAT(with_step_at(4), ContainsSubstring("PhotometricDistortion before ToTensor"));
  CHECK_THAT(error_with([](test::Json& list) {
               list[1] = {{"type", "PhotometricDistortion"}, {"contrast_range", {1.5, 0.5}}};
             }),
             ContainsSubstring("/1/contrast_range: the range is empty"));
}

TEST_CASE("settings of targets that mean nothing or make no sense are named", "[pipeline][error]") {
  const auto megvii = [](const test::Json& kernel) {
    return error_with([&](test::Json& list) {
      list[5]["encoding"] = "Megvii";
      list[5]["kernel"] = kernel;
    });
  };
  CHECK_THAT(error_with(with(5, "target_type", "CombinedTarget")),
             ContainsSubstring("/5/target_type: CombinedTarget belongs to another encoding"));
  CHECK_THAT(error_with([](test::Json& list) {
               list[5]["encoding"] = "UDP";
               list[5]["unbiased_encoding"] = true;
             }),
             ContainsSubstring("/5/unbiased_encoding: it has no meaning for UDP"));
  CHECK_THAT(error_with(with(5, "sigma", test::Json::array({2, -1}))), ContainsSubstring("/5/sigma/1"));
  CHECK_THAT(error_with(with(5, "sigma", test::Json::array())), ContainsSubstring("/5/sigma: an empty list"));
  CHECK_THAT(error_with(with(5, "sigma", "wide")), ContainsSubstring("/5/sigma"));
  CHECK_THAT(megvii({11, 10}), ContainsSubstring("/5/kernel/1") && ContainsSubstring("odd"));
  CHECK_THAT(megvii(11), ContainsSubstring("/5/kernel: not the size of a kernel"));
  CHECK_THAT(megvii({{11, 11}, {9}}), ContainsSubstring("/5/kernel/1: not the size of a kernel"));
  CHECK(megvii({{11, 11}, {9, 9}}) == "(no error)");
}

TEST_CASE("mmpose 0.13's spelling of the target type is taken", "[pipeline]") {
  CHECK(error_with(with(5, "target_type", "GaussianHeatMap")) == "(no error)");
}
