#pragma once
#include <ATen/core/grad_mode.h>

#include <string>

#include "config/error.hpp"

namespace ph {

/// For backward passes that compute plain numbers: Error(internal) where they are to be a graph of their own.
inline void require_first_order(const char* what) {
  if (!at::GradMode::is_enabled()) return;
  throw Error(ErrorKind::internal, std::string("a gradient of a gradient goes through ") + what,
              "create_graph in a backward pass", "gradients of the first order");
}

}  // namespace ph
