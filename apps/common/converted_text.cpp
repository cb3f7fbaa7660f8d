#include "converted_text.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace {

std::string counts(const std::map<std::string, int>& left_out) {
  std::string text;
  for (const auto& [what, count] : left_out)
    text += (text.empty() ? "" : "; ") + what + ", " + std::to_string(count) +
            (count == 1 ? " tensor" : " tensors");
  return text;
}

void line(const char* label, const std::string& text) {
  if (!text.empty()) std::printf("%-9s %s\n", label, text.c_str());
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

void print_converted(const ph::ConvertedFile& done, bool map) {
  line("read", done.format + ", names of " + done.renaming.from);
  if (map) {
    for (const auto& [from, to] : done.renaming.names) {
      if (from != to) line("name", from + " -> " + to);
    }
    for (const auto& pair : done.fused) line("fused", pair.norm + " into " + pair.conv);
  }
  if (!map && !done.fused.empty()) line("fused", std::to_string(done.fused.size()) + " norms");
  line("not fused", joined(done.not_fused));
  line("kept as", joined(done.renaming.unknown));
  line("left out", counts(done.left_out));
  line("left out", joined(done.facts_left_out));
  for (const auto& note : done.notes) line("note", note);
  char text[80];
  std::snprintf(text, sizeof text, "%zu, %.1f MB", done.tensors, static_cast<double>(done.bytes) / 1e6);
  line("tensors", text);
}

ph::Json converted_json(const ph::ConvertedFile& done) {
  ph::Json json{{"format", done.format}, {"names_from", done.renaming.from}, {"tensors", done.tensors},
                {"bytes", done.bytes},   {"map", ph::Json::object()},        {"fused", ph::Json::object()}};
  for (const auto& [from, to] : done.renaming.names) json["map"][from] = to;
  for (const auto& pair : done.fused) json["fused"][pair.norm] = pair.conv;
  json["not_fused"] = done.not_fused;
  json["unknown"] = done.renaming.unknown;
  json["left_out"] = done.left_out;
  json["facts_left_out"] = done.facts_left_out;
  json["notes"] = done.notes;
  return json;
}
