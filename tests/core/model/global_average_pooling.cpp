#include "model/global_average_pooling.hpp"

#include <torch/types.h>

#include "support/catch.hpp"

TEST_CASE("global average pooling gives the mean of each channel of each map", "[model]") {
  const auto first = at::arange(2 * 3 * 4 * 5).to(at::kFloat).reshape({2, 3, 4, 5});
  const ph::Features maps{first, at::ones({2, 7, 2, 2})};
  ph::GlobalAveragePooling neck;
  const auto pooled = neck.forward(maps);
  REQUIRE(pooled.size() == 2);
  CHECK(pooled[0].sizes() == at::IntArrayRef({2, 3}));
  CHECK(at::allclose(pooled[0], first.mean({2, 3})));
  CHECK(pooled[1].eq(1).all().item<bool>());
  CHECK(neck.out_channels({3, 7}) == std::vector<std::int64_t>{3, 7});
  CHECK(neck.parameters().empty());
}
