#pragma once
#include <ATen/Functions.h>

#include <filesystem>

#include "support/catch.hpp"
#include "train/checkpoint.hpp"

namespace test {

// Names and bits of everything that a checkpoint keeps but the hooks' own notes.
inline void require_equal(const std::filesystem::path& a, const std::filesystem::path& b) {
  const auto left = ph::load_checkpoint(a), right = ph::load_checkpoint(b);
  REQUIRE(left.tensors.size() == right.tensors.size());
  for (const auto& [name, tensor] : left.tensors) {
    CAPTURE(name);
    REQUIRE(right.tensors.count(name) == 1);
    REQUIRE(at::equal(tensor, right.tensors.at(name)));
  }
}

}  // namespace test
