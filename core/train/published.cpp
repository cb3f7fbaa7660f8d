#include "train/published.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "plugin/instance.hpp"

namespace ph {
namespace {

constexpr std::int64_t kMaxName = 256, kMaxText = 1 << 20, kMaxSide = 16384;
constexpr std::int64_t kMaxWaiting = std::int64_t{256} << 20;

bool is_sane(const ph_picture& p) {
  const auto side = [](std::int64_t n) { return n >= 1 && n <= kMaxSide; };
  return p.data != nullptr && side(p.width) && side(p.height) &&
         (p.channels == 1 || p.channels == 3 || p.channels == 4) && p.stride >= p.width * p.channels;
}

}  // namespace

std::int32_t PublishedItems::add(Item item, ph_str name) {
  if (name.data == nullptr || name.len <= 0 || name.len > kMaxName) return PH_ERR_INVALID_ARGUMENT;
  const auto bytes = static_cast<std::int64_t>(item.text.size() + item.pixels.size());
  item.name = std::string(from_ph(name));
  items_.push_back(std::move(item));
  bytes_ += bytes;
  return PH_OK;
}

std::int32_t PublishedItems::add_text(std::string from, ph_str name, ph_str text) {
  if (text.len < 0 || text.len > kMaxText || (text.len > 0 && text.data == nullptr))
    return PH_ERR_INVALID_ARGUMENT;
  if (bytes_ + text.len > kMaxWaiting) return PH_ERR_OUT_OF_MEMORY;
  return add({PH_PUBLISHED_TEXT, std::move(from), {}, std::string(from_ph(text)), {}, {}}, name);
}

std::int32_t PublishedItems::add_picture(std::string from, ph_str name, const ph_picture* given) {
  if (given == nullptr) return PH_ERR_INVALID_ARGUMENT;
  ph_picture picture{};
  const auto* raw = reinterpret_cast<const char*>(given);
  std::copy_n(raw, std::min<std::size_t>(given->size, sizeof picture), reinterpret_cast<char*>(&picture));
  if (!is_sane(picture)) return PH_ERR_INVALID_ARGUMENT;
  const auto row = picture.width * picture.channels;
  if (bytes_ + row * picture.height > kMaxWaiting) return PH_ERR_OUT_OF_MEMORY;
  Item item{PH_PUBLISHED_PICTURE, std::move(from), {}, {}, {}, picture};
  item.pixels.reserve(static_cast<std::size_t>(row * picture.height));
  for (std::int64_t y = 0; y < picture.height; ++y) {
    const auto* begin = picture.data + y * picture.stride;
    item.pixels.insert(item.pixels.end(), begin, begin + row);
  }
  item.picture.stride = row;
  return add(std::move(item), name);
}

void PublishedItems::take(const std::function<void(const ph_published&)>& hand_on) {
  const auto items = std::exchange(items_, {});
  bytes_ = 0;
  for (const auto& item : items) {
    auto picture = item.picture;
    picture.size = sizeof picture;
    picture.rev = 0;
    picture.data = item.pixels.data();
    ph_published published{};
    published.size = sizeof published;
    published.kind = item.kind;
    published.from = to_ph(item.from);
    published.name = to_ph(item.name);
    published.text = to_ph(item.text);
    published.picture = item.kind == PH_PUBLISHED_PICTURE ? &picture : nullptr;
    hand_on(published);
  }
}

}  // namespace ph
