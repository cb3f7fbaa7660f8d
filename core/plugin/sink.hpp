#pragma once
#include <posehost/abi.h>

#include <string>

namespace ph {

/// Collects what a plugin writes: `sink.table()` is handed to the call, `sink.text` is what came.
struct StringSink {
  std::string text;
  [[nodiscard]] ph_sink table() {
    ph_sink sink{};
    sink.size = sizeof sink;
    sink.ctx = &text;
    sink.write = [](void* ctx, const char* data, std::int64_t len) {
      if (len > 0) static_cast<std::string*>(ctx)->append(data, static_cast<std::size_t>(len));
    };
    return sink;
  }
};

}  // namespace ph
