#include <algorithm>

#include "system/limits.hpp"
#include "train/plan_parts.hpp"

namespace ph {

// By default an eighth: half of what memory kept for LibTorch may take, so that both leave more than half to the
// network. As much has to be free beside it, because a run that fits must not fail for pictures that would only be
// decoded again. 4096 MB hold 4600 of COCO's; more than that somebody should ask for on a machine that others
// use too.
std::shared_ptr<ImageCache> make_image_cache(const Node& runtime) {
  constexpr std::int64_t mega = 1 << 20, most = std::int64_t{4096} * mega, unlimited = INT64_MAX / mega;
  if (const auto asked = runtime.find("image_cache_mb")) {
    const auto bytes = static_cast<std::size_t>(std::min(asked->i64(), unlimited) * mega);
    return bytes > 0 ? std::make_shared<ImageCache>(bytes) : nullptr;
  }
  const auto share = static_cast<std::size_t>(std::clamp<std::int64_t>(limited_memory() / 8, 0, most));
  return share > 0 ? std::make_shared<ImageCache>(share, share) : nullptr;
}

}  // namespace ph
