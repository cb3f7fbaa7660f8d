#include "train/caching_allocator.hpp"

#include <ATen/Functions.h>

#include "support/catch.hpp"

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

at::Tensor block(std::int64_t mib) { return at::empty({mib << 20}, at::kByte); }

}  // namespace

TEST_CASE("Memory of a large tensor is used again", "[train][memory]") {
  ph::use_caching_allocator(64 * kMiB);
  const void* first = nullptr;
  {
    auto tensor = block(5);
    first = tensor.data_ptr();
    tensor.fill_(7);
    CHECK(reinterpret_cast<std::uintptr_t>(first) % 64 == 0);
    CHECK(ph::large_tensor_bytes() >= 5 * kMiB);
  }
  CHECK(ph::cached_bytes() >= 5 * kMiB);
  auto again = block(5);
  CHECK(again.data_ptr() == first);
  // Nearly the same size fits as well, a much smaller one does not take it.
  again = at::Tensor();
  CHECK(block(1).data_ptr() != first);
}

TEST_CASE("No more than the limit is kept", "[train][memory]") {
  ph::use_caching_allocator(64 * kMiB);
  { const auto a = block(20), b = block(20), c = block(40); }
  CHECK(ph::cached_bytes() <= 64 * kMiB);
  CHECK(ph::cached_bytes() > 0);
  ph::use_caching_allocator(0);
  CHECK(ph::cached_bytes() == 0);
  { const auto a = block(20); }
  CHECK(ph::cached_bytes() == 0);
}

TEST_CASE("Tensors grow and live on across the allocator's limits", "[train][memory]") {
  ph::use_caching_allocator(8 * kMiB);
  auto tensor = at::arange(100, at::kFloat);  // small: malloc's
  tensor.resize_({4 << 20});                  // large: the cache's
  CHECK(tensor[99].item<float>() == 99);
  auto empty = at::empty({0});
  CHECK(empty.numel() == 0);
  CHECK_THROWS(at::empty({std::int64_t{1} << 50}, at::kByte));  // more than the address space has
}
