#pragma once
#include <posehost/abi.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <vector>

#include "rule/rule_driver.hpp"

namespace ph {

/// The work space that a rule asks for in a call. What was handed out is handed out again, in the same
/// order, in the next call.
struct RuleDriver::Scratch {
  Scratch() : table{sizeof table, 0, this, get} {}
  void begin_call() noexcept { next = 0; }

  static void* get(void* ctx, std::int64_t bytes) noexcept {
    auto& self = *static_cast<Scratch*>(ctx);
    if (bytes < 0) return nullptr;
    // At least one, so that no memory and none asked for differ.
    const auto size = (static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1)) + 63) / 64 * 64;
    try {
      if (self.next == self.blocks.size()) self.blocks.emplace_back();
      auto& block = self.blocks[self.next];
      if (block.size < size) {
        block.memory.reset(std::aligned_alloc(64, size));
        block.size = block.memory ? size : 0;
        if (!block.memory) return nullptr;
      }
      ++self.next;
      return block.memory.get();
    } catch (...) {
      return nullptr;
    }
  }

  struct Free {
    void operator()(void* memory) const noexcept { std::free(memory); }
  };
  struct Block {
    std::unique_ptr<void, Free> memory;
    std::size_t size = 0;
  };
  ph_scratch table;
  std::vector<Block> blocks;
  std::size_t next = 0;
};

}  // namespace ph
