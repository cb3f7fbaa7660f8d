#include "import/split.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "support/catch.hpp"
#include "support/error_of.hpp"

using test::ContainsSubstring;

namespace {

std::vector<ph::LabelledImage> images(int videos, int each) {
  std::vector<ph::LabelledImage> all;
  for (int v = 0; v < videos; ++v) {
    for (int i = 0; i < each; ++i)
      all.push_back(
          {"labeled-data/m" + std::to_string(v) + "/img" + std::to_string(100 + i) + ".png", 10, 10, ""});
  }
  return all;
}

}  // namespace

TEST_CASE("Names tell which video a picture is of", "[import][split]") {
  CHECK(ph::group_of("a/b/img0001.png", ph::SplitBy::video) == "a/b/img");
  CHECK(ph::group_of("cam1_frame_000012.jpg", ph::SplitBy::video) == "cam1_frame_");
  CHECK(ph::group_of("mouse3_left.png", ph::SplitBy::video) == "mouse3_left");
  CHECK(ph::group_of("a.b/c", ph::SplitBy::video) == "a.b/c");
  CHECK(ph::group_of("a/b/img0001.png", ph::SplitBy::folder) == "a/b");
  CHECK(ph::group_of("img.png", ph::SplitBy::folder).empty());
}

TEST_CASE("No video stands on both sides", "[import][split]") {
  const auto by = GENERATE(ph::SplitBy::video, ph::SplitBy::folder);
  const auto all = images(10, 12);
  const auto split = ph::split_images(all, 0.2, by);
  std::map<std::string, std::set<bool>> sides;
  for (std::size_t i = 0; i < all.size(); ++i) sides[ph::group_of(all[i].name, by)].insert(split.val[i]);
  for (const auto& [name, side] : sides) CHECK(side.size() == 1);
  CHECK(std::count(split.val.begin(), split.val.end(), true) == 24);
  CHECK(split.groups == 10);
  // Which pictures are there, not in which order, decides.
  auto turned = all;
  std::reverse(turned.begin(), turned.end());
  const auto again = ph::split_images(turned, 0.2, by);
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(again.val[all.size() - 1 - i] == split.val[i]);
}

TEST_CASE("Both sides get something", "[import][split]") {
  for (const double share : {0.001, 0.5, 0.999}) {
    for (const auto by : {ph::SplitBy::video, ph::SplitBy::random}) {
      const auto split = ph::split_images(images(2, 3), share, by);
      const auto val = std::count(split.val.begin(), split.val.end(), true);
      CHECK((val > 0 && val < 6));
    }
  }
  const auto one = ph::split_images(images(1, 10), 0.2, ph::SplitBy::video);
  CHECK(one.one_group);
  CHECK(one.val == std::vector<bool>{false, false, false, false, false, false, false, false, true, true});
  CHECK_THAT(test::error_of([] { (void)ph::split_images(images(1, 1), 0.2, ph::SplitBy::video); }),
             ContainsSubstring("too few pictures"));
}

TEST_CASE("The data's own sides are kept", "[import][split]") {
  auto all = images(1, 4);
  for (std::size_t i = 0; i < 4; ++i) all[i].side = i == 2 ? "val" : "train";
  CHECK(ph::split_images(all, 0.2, ph::SplitBy::given).val == std::vector<bool>{false, false, true, false});
  all[2].side = "train";
  CHECK_THAT(test::error_of([&] { (void)ph::split_images(all, 0.2, ph::SplitBy::given); }),
             ContainsSubstring("--split video"));
}
