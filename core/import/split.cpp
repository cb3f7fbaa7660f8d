#include "import/split.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <numeric>

#include "config/error.hpp"
#include "data/rng.hpp"

namespace ph {
namespace {

std::string folder_part(const std::string& image) {
  const auto slash = image.rfind('/');
  return slash == std::string::npos ? "" : image.substr(0, slash);
}

// Taken group by group, in an order by their hashed names, as long as that brings the sum closer to what is wanted.
std::vector<std::string> choose(const std::map<std::string, std::size_t>& sizes, double wanted) {
  std::vector<std::string> order;
  for (const auto& [name, size] : sizes) order.push_back(name);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(purpose_of(a), a) < std::pair(purpose_of(b), b);
  });
  std::vector<std::string> chosen;
  double sum = 0;
  for (const auto& name : order) {
    const auto size = static_cast<double>(sizes.at(name));
    if (chosen.size() + 1 == order.size()) break;  // one stays for training
    if (std::abs(sum + size - wanted) >= std::abs(sum - wanted)) continue;
    chosen.push_back(name);
    sum += size;
  }
  if (chosen.empty()) {
    chosen.push_back(*std::min_element(
        order.begin(), order.end(), [&](const auto& a, const auto& b) { return sizes.at(a) < sizes.at(b); }));
  }
  return chosen;
}

std::size_t val_count(std::size_t images, double share) {
  const auto count = static_cast<std::size_t>(std::lround(share * static_cast<double>(images)));
  return std::clamp<std::size_t>(count, 1, images - 1);
}

}  // namespace

std::string group_of(const std::string& image, SplitBy by) {
  if (by == SplitBy::folder) return folder_part(image);
  if (by == SplitBy::random) return image;
  const auto dot = image.rfind('.');
  auto stem =
      image.substr(0, dot == std::string::npos || dot < folder_part(image).size() ? image.size() : dot);
  const auto last = stem.find_last_of("0123456789");
  // Only at the end: in "mouse3_left" the 3 is the mouse's.
  if (last == std::string::npos || last + 1 != stem.size()) return stem;
  while (!stem.empty() && std::isdigit(static_cast<unsigned char>(stem.back())) != 0) stem.pop_back();
  return stem;
}

Split split_images(const std::vector<LabelledImage>& images, double share, SplitBy by) {
  if (images.size() < 2)
    throw Error(ErrorKind::data, "too few pictures to divide", std::to_string(images.size()) + " with labels",
                "at least 2: one to train on, one to judge by");
  Split split{by, std::vector<bool>(images.size()), 0, false};
  if (by == SplitBy::given) {
    for (std::size_t i = 0; i < images.size(); ++i) split.val[i] = images[i].side == "val";
    const auto val = static_cast<std::size_t>(std::count(split.val.begin(), split.val.end(), true));
    if (val > 0 && val < images.size()) return split;
    throw Error(ErrorKind::data, "one of the two sides of the data has no labelled picture",
                val == 0 ? "no val" : "no train", "labelled pictures in both",
                "--split video divides them anew");
  }
  std::map<std::string, std::size_t> sizes;
  for (const auto& image : images) ++sizes[group_of(image.name, by)];
  split.groups = sizes.size();
  if (sizes.size() > 1) {
    const auto chosen = choose(sizes, share * static_cast<double>(images.size()));
    for (std::size_t i = 0; i < images.size(); ++i)
      split.val[i] = std::find(chosen.begin(), chosen.end(), group_of(images[i].name, by)) != chosen.end();
    return split;
  }
  split.one_group = true;
  std::vector<std::size_t> order(images.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return images[a].name < images[b].name; });
  const auto count = val_count(images.size(), share);
  for (std::size_t i = 0; i < count; ++i) split.val[order[order.size() - 1 - i]] = true;
  return split;
}

}  // namespace ph
