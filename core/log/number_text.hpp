#pragma once
#include <cstdio>
#include <string>

namespace ph {

/// A number for people to read, of six digits at most: "0.0032", "1e-07".
[[nodiscard]] inline std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

}  // namespace ph
