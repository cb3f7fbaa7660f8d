#include "tools/flops_report.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace ph {
namespace {

// Python's str(round(value, 2)).
std::string rounded(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", value);
  std::string shown = text;
  if (shown.ends_with('0')) shown.pop_back();
  return shown;
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const auto size : shape) text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string mebibytes(std::size_t bytes) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f MiB", static_cast<double>(bytes) / (1 << 20));
  return text;
}

double percent(std::int64_t part, std::int64_t all) {
  return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
}

std::string line(const char* layer, std::size_t width, const std::string& op, const std::string& output,
                 const std::string& params, const std::string& macs, const std::string& share,
                 const std::string& flops, const std::string& memory) {
  char text[512];
  std::snprintf(text, sizeof text, "%-*s  %-20s %-16s %11s %14s %7s %14s %9s\n", static_cast<int>(width),
                layer, op.c_str(), output.c_str(), params.c_str(), macs.c_str(), share.c_str(), flops.c_str(),
                memory.c_str());
  return text;
}

std::string table_text(const NetworkCount& count, std::size_t depth) {
  const auto rows = rows_by_depth(count, depth);
  std::size_t width = 5;
  for (const auto& row : rows) width = std::max(width, std::min<std::size_t>(row.module.size(), 60));
  auto text = line("layer", width, "operator", "output", "params", "MACs", "% MACs", "FLOPs", "KiB");
  for (const auto& row : rows) {
    auto op = row.op;
    if (const auto colon = op.rfind("::"); colon != std::string::npos) op.erase(0, colon + 2);
    char share[16];
    std::snprintf(share, sizeof share, "%.2f", percent(row.macs, count.macs));
    text += line(row.module.empty() ? "-" : row.module.c_str(), width, op, shape_text(row.output),
                 std::to_string(row.params), std::to_string(row.macs), share, std::to_string(row.flops),
                 std::to_string(row.activation_bytes / 1024));
  }
  return text;
}

std::string joined(const std::set<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string billions(std::int64_t count, const std::string& unit) {
  return rounded(static_cast<double>(count) / 1e9) + " G" + unit;
}

std::string millions(std::int64_t count) {
  if (count >= 1000000) return rounded(static_cast<double>(count) / 1e6) + " M";
  return count >= 1000 ? rounded(static_cast<double>(count) / 1e3) + " k" : std::to_string(count);
}

std::string flops_text(const NetworkCount& count, CountConvention convention, std::size_t depth) {
  const bool ours = convention == CountConvention::posehost;
  const std::string rule(30, '=');
  auto text = table_text(count, depth) + rule + "\nInput shape: (";
  for (std::size_t i = 1; i < count.input.size(); ++i)
    text += (i > 1 ? ", " : "") + std::to_string(count.input[i]);
  text += ")\nFlops: " + billions(count.flops, "FLOPs") + "\n";
  if (ours) text += "MACs: " + billions(count.macs, "MACs") + "\n";
  text += "Params: " + millions(ours ? count.params : count.trainable_params) + "\n";
  if (ours) {
    text += "Memory: parameters " + mebibytes(count.parameter_bytes) + ", activations " +
            mebibytes(count.activation_bytes) + " in all, " + mebibytes(count.peak_activation_bytes) +
            " at a time (batch 1, float32)\n";
  }
  text += rule + "\n";
  if (!count.uncounted.empty()) text += "Not counted, no rule for them: " + joined(count.uncounted) + "\n";
  text += ours ? "!!!Please be cautious with these numbers in a paper: counters differ in what they count "
                 "and in whether\n"
                 "a multiply-accumulate is one operation or two. Here FLOPs are floating-point operations, "
                 "about twice\n"
                 "the MACs; --convention mmcv counts as mmpose's model zoo does.\n"
               : "!!!Please be cautious with these numbers in a paper: mmcv calls a multiply-accumulate one "
                 "FLOP, and leaves\n"
                 "out functions and deformable convolutions. Without --convention every operator that runs "
                 "is counted.\n";
  return text;
}

Json flops_json(const NetworkCount& count, CountConvention convention, std::size_t depth) {
  const bool ours = convention == CountConvention::posehost;
  Json json{{"convention", ours ? "posehost" : "mmcv"},
            {"input_shape", count.input},
            {"macs", count.macs},
            {"flops", count.flops},
            {"params", ours ? count.params : count.trainable_params},
            {"all_params", count.params},
            {"trainable_params", count.trainable_params},
            {"parameter_bytes", count.parameter_bytes},
            {"activation_bytes", count.activation_bytes},
            {"peak_activation_bytes", count.peak_activation_bytes},
            {"not_counted", count.uncounted},
            {"layers", Json::array()}};
  for (const auto& row : rows_by_depth(count, depth)) {
    json["layers"].push_back({{"layer", row.module},
                              {"operator", row.op},
                              {"output", row.output},
                              {"params", row.params},
                              {"macs", row.macs},
                              {"flops", row.flops},
                              {"activation_bytes", row.activation_bytes}});
  }
  return json;
}

}  // namespace ph
