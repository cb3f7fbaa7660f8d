#include "data/rng.hpp"

#include <array>
#include <cmath>
#include <set>

#include "support/catch.hpp"

TEST_CASE("the generator is Philox4x32-10", "[rng]") {
  // First block of Random123's known answers (kat_vectors: philox4x32 10, counter and key all zero).
  ph::Rng random({0, 0, 0, 0});
  CHECK(random.bits() == 0x6627e8d5);
  CHECK(random.bits() == 0xe169c58d);
  CHECK(random.bits() == 0xbc57ac4c);
  CHECK(random.bits() == 0x9b00dbd8);
}

TEST_CASE("every part of a key gives other numbers, equal keys equal ones", "[rng]") {
  const ph::DrawKey key{7, 1, 2, ph::purpose_of("flip")};
  std::set<std::uint32_t> first;
  for (const ph::DrawKey& other :
       {key, ph::DrawKey{8, 1, 2, key.purpose}, ph::DrawKey{7 + (1ULL << 32), 1, 2, key.purpose},
        ph::DrawKey{7, 2, 2, key.purpose}, ph::DrawKey{7, 1, 3, key.purpose},
        ph::DrawKey{7, 1, 2, ph::purpose_of("flip", 1)}}) {
    first.insert(ph::Rng(other).bits());
  }
  CHECK(first.size() == 6);
  CHECK(ph::Rng(key).bits() == ph::Rng(key).bits());
}

TEST_CASE("uniform and normal draws have the right moments", "[rng]") {
  constexpr int count = 200000;
  double uniform_sum = 0, uniform_square = 0, normal_sum = 0, normal_square = 0;
  int below_half = 0;
  for (int i = 0; i < count; ++i) {
    ph::Rng random({3, 0, i, 9});  // as the transforms do: a new stream per sample
    const double u = random.uniform(), n = random.normal();
    REQUIRE((u >= 0 && u < 1));
    uniform_sum += u;
    uniform_square += u * u;
    normal_sum += n;
    normal_square += n * n;
    below_half += n < 0.5;
  }
  // Five standard errors of each mean: 0.29 / sqrt(count), 0.30 / sqrt(count), 1 and sqrt(2) / sqrt(count).
  CHECK_THAT(uniform_sum / count, test::WithinAbs(0.5, 5 * 0.289 / std::sqrt(count)));
  CHECK_THAT(uniform_square / count, test::WithinAbs(1.0 / 3, 5 * 0.298 / std::sqrt(count)));
  CHECK_THAT(normal_sum / count, test::WithinAbs(0, 5 / std::sqrt(count)));
  CHECK_THAT(normal_square / count, test::WithinAbs(1, 5 * 1.415 / std::sqrt(count)));
  CHECK_THAT(static_cast<double>(below_half) / count,
             test::WithinAbs(0.5 * std::erfc(-0.5 / std::sqrt(2.0)), 5 * 0.462 / std::sqrt(count)));
}

TEST_CASE("below() reaches every number and no other", "[rng]") {
  ph::Rng random({1, 2, 3, 4});
  std::array<int, 7> hits{};
  for (int i = 0; i < 7000; ++i) {
    const auto value = random.below(7);
    REQUIRE(value < 7);
    ++hits[value];
  }
  for (const int hit : hits)
    CHECK(std::abs(hit - 1000) < 5 * 30);  // five deviations: sqrt(7000 * 6 / 49) = 29
  CHECK(random.below(1) == 0);
}
