#pragma once
#include <cstdint>

#include "service/services.hpp"

namespace ph {

/// Calls body(begin, end) for shares of [0, n) on the threads of the process.
template <class Body>
void share_out(std::int64_t n, const Body& body) {
  const auto call = [](void* user, std::int64_t begin, std::int64_t end) {
    (*static_cast<const Body*>(user))(begin, end);
  };
  if (n <= 0) return;
  if (const auto* parallel = services().parallel) {
    parallel->run(parallel->ctx, n, 1, call, const_cast<Body*>(&body));
  } else {
    body(0, n);
  }
}

}  // namespace ph
