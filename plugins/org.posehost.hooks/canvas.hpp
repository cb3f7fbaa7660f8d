// SPDX-License-Identifier: Apache-2.0
//
// A small RGB picture to draw a batch on.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

using Colour = std::array<std::uint8_t, 3>;

struct Canvas {
  std::int64_t width, height;
  std::vector<std::uint8_t> pixels;

  Canvas(std::int64_t w, std::int64_t h) : width{w}, height{h}, pixels(static_cast<std::size_t>(w * h * 3)) {}

  // Outside of the picture nothing is drawn.
  void set(std::int64_t x, std::int64_t y, const Colour& colour) {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    std::copy(colour.begin(), colour.end(), pixels.begin() + (y * width + x) * 3);
  }
  void dot(double x, double y, double radius, const Colour& colour) { ring(x, y, 0, radius, colour); }
  void ring(double x, double y, double inner, double outer, const Colour& colour) {
    if (!std::isfinite(x) || !std::isfinite(y) || std::abs(x) > 1e6 || std::abs(y) > 1e6) return;
    const auto reach = static_cast<std::int64_t>(std::ceil(outer));
    const auto cx = static_cast<std::int64_t>(std::lround(x)), cy = static_cast<std::int64_t>(std::lround(y));
    for (auto py = cy - reach; py <= cy + reach; ++py)
      for (auto px = cx - reach; px <= cx + reach; ++px) {
        const double distance = std::hypot(static_cast<double>(px) - x, static_cast<double>(py) - y);
        if (distance >= inner && distance <= outer) set(px, py, colour);
      }
  }
};
