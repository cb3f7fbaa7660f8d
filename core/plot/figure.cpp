#include "plot/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "config/error.hpp"

namespace ph {
namespace {

struct NamedStyle {
  const char* name;
  FigureStyle style;
};
constexpr std::array<NamedStyle, 5> kStyles{{{"white", {false, false}},
                                             {"whitegrid", {false, true}},
                                             {"dark", {true, false}},
                                             {"darkgrid", {true, true}},
                                             {"ticks", {false, false}}}};

}  // namespace

FigureStyle figure_style(const std::string& name) {
  std::vector<std::string> known;
  std::string all;
  for (const auto& style : kStyles) {
    if (name == style.name) return style.style;
    known.emplace_back(style.name);
    all += (all.empty() ? "" : ", ") + known.back();
  }
  throw Error(ErrorKind::usage, "--style " + name + ": no such style", name, all, did_you_mean(name, known));
}

Curve thin_out(const Curve& curve, std::size_t points) {
  const auto n = curve.x.size();
  if (n <= points) return curve;
  Curve thin{curve.label, {}, {}, curve.dashed};
  const auto stretches = std::max<std::size_t>(1, points / 4);
  for (std::size_t s = 0; s < stretches; ++s) {
    const auto begin = n * s / stretches, end = n * (s + 1) / stretches;
    auto low = begin, high = begin;
    for (auto i = begin; i < end; ++i) {
      // A gap keeps the place until the first number.
      if (curve.y[i] < curve.y[low] || std::isnan(curve.y[low])) low = i;
      if (curve.y[i] > curve.y[high] || std::isnan(curve.y[high])) high = i;
    }
    std::array<std::size_t, 4> kept{begin, std::min(low, high), std::max(low, high), end - 1};
    for (std::size_t k = 0; k < kept.size(); ++k) {
      if (k > 0 && kept[k] == kept[k - 1]) continue;
      thin.x.push_back(curve.x[kept[k]]);
      thin.y.push_back(curve.y[kept[k]]);
    }
  }
  return thin;
}

}  // namespace ph
