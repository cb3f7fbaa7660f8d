#include "report/time_section.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "plot/svg_plot.hpp"

namespace ph {
namespace {

constexpr int kBarWidth = 360;

std::string number(const char* format, double value) {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// RunTimes knows plugins by component and stage, the host's own parts by what they do.
std::string name_of(const RunTimes::Sum& sum) {
  if (!sum.who.empty()) return (sum.what == "step" ? "optimizer: " : "hook: ") + sum.who;
  if (sum.what == "waiting for data") return "data: waiting for a batch";
  if (sum.what == "training step") return "the rest of an iteration";
  return sum.what;
}

std::string bar(double share) {
  const auto width = std::to_string(std::lround(std::clamp(share, 0.0, 1.0) * kBarWidth));
  return "<svg class=\"bar\" width=\"" + std::to_string(kBarWidth) +
         "\" height=\"12\"><rect height=\"12\" width=\"" + width + "\" fill=\"#4477aa\"/></svg>";
}

}  // namespace

std::vector<TimePart> time_parts(const RunStatus& status) {
  std::vector<TimePart> parts;
  double sum = 0;
  for (const auto& each : status.times) {
    const auto name = name_of(each);
    auto at =
        std::find_if(parts.begin(), parts.end(), [&](const TimePart& part) { return part.name == name; });
    if (at == parts.end()) at = parts.insert(parts.end(), TimePart{name});
    at->seconds += static_cast<double>(each.ns) * 1e-9;
    at->calls += each.calls;
    sum += static_cast<double>(each.ns) * 1e-9;
  }
  if (parts.empty()) return parts;
  const double rest = status.updated - status.started - sum;
  if (status.started > 0 && rest > 0) parts.push_back({"start, end and between", rest, 1});
  std::stable_sort(parts.begin(), parts.end(),
                   [](const TimePart& a, const TimePart& b) { return a.seconds > b.seconds; });
  return parts;
}

std::string time_section(const std::vector<TimePart>& parts) {
  double sum = 0;
  for (const auto& part : parts) sum += part.seconds;
  if (!(sum > 0)) return {};
  std::string out =
      "<table>\n<tr><th>part</th><th>seconds</th><th>share</th><th>calls</th><th>ms a "
      "call</th><th></th></tr>\n";
  for (const auto& part : parts) {
    const auto cell = [](const std::string& text) { return "<td class=\"n\">" + text + "</td>"; };
    const auto calls = static_cast<double>(std::max<std::int64_t>(part.calls, 1));
    out += "<tr><td>" + html_escape(part.name) + "</td>" + cell(number("%.3f", part.seconds)) +
           cell(number("%.1f %%", 100 * part.seconds / sum)) + cell(std::to_string(part.calls)) +
           cell(number("%.3f", 1000 * part.seconds / calls)) + "<td>" + bar(part.seconds / sum) +
           "</td></tr>\n";
  }
  return out + "</table>\n";
}

}  // namespace ph
