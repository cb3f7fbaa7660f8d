#include "kernel/kernel_source.hpp"

#include <posehost/abi_draft.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "config/error.hpp"
#include "plugin/instance.hpp"
#include "plugin/negotiation.hpp"
#include "plugin/text_rules.hpp"

namespace ph {

template <>
inline constexpr std::size_t floor_of<ph_rule_source> = sizeof(ph_rule_source);

namespace {

constexpr std::size_t most_states = 8, most_text = 65536;

Error malformed(const LoadedComponent& component, std::string found, std::string expected) {
  return Error(
      ErrorKind::plugin,
      component.file.string() + ": malformed rule source of " + component.plugin_id + "/" + component.name,
      std::move(found), std::move(expected));
}

std::string text_of(ph_str text, const LoadedComponent& component) {
  const bool sane = text.len >= 0 && text.len <= static_cast<std::int64_t>(most_text) &&
                    (text.data != nullptr || text.len == 0);
  if (!sane || !is_utf8(from_ph(text)))
    throw malformed(component, "text that is none", "UTF-8, at most 64 KiB");
  return std::string(from_ph(text));
}

/// "m, v" in parts, each a C identifier.
std::vector<std::string> names_of(const std::string& list, const LoadedComponent& component) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < list.size();) {
    const auto comma = std::min(list.find(',', begin), list.size());
    auto name = list.substr(begin, comma - begin);
    name.erase(0, name.find_first_not_of(' '));
    if (!is_component_name(name)) {
      throw malformed(component, "the name \"" + printable(name, 80) + "\"",
                      "names of variables, commas between");
    }
    names.push_back(std::move(name));
    begin = comma + 1;
  }
  return names;
}

/// A file's name within quotes.
std::string quoted(const std::string& file) {
  std::string text;
  for (const char c : file) {
    if (c == '"' || c == '\\') text += '\\';
    if (static_cast<unsigned char>(c) >= ' ') text += c;
  }
  return '"' + text + '"';
}

const char* prelude(KernelTarget target) {
  if (target == KernelTarget::cuda) return "";
  return "#include <cmath>\n"
         "using std::fabs; using std::fmax; using std::fmin; using std::sqrt;\n"
         "namespace { struct Dim { unsigned x; }; Dim blockIdx, threadIdx, blockDim{1}; }\n"
         "#define __global__\n";
}

/// Runs the kernel block after block.
const char* grid() {
  return "extern \"C\" void posehost_rule_grid(const Chunk* chunks, unsigned blocks, const Scalars* scalars) "
         "{\n"
         "  for (blockIdx.x = 0; blockIdx.x < blocks; ++blockIdx.x) posehost_rule(chunks, *scalars);\n"
         "}\n";
}

}  // namespace

RuleSource rule_source_of(const LoadedComponent& component) {
  const auto get = component.component.get_extension;
  const void* found = get == nullptr ? nullptr : get(to_ph(PH_EXT_RULE_SOURCE));
  if (found == nullptr) {
    throw Error(ErrorKind::plugin,
                component.plugin_id + "/" + component.name + ": its rule is not there as text",
                component.file.string(), "an optimizer written with PH_RULE", "posehost/rule.hpp of the SDK");
  }
  const auto own = copy_struct<ph_rule_source>(found, "ph_rule_source of " + component.name, component.file);
  RuleSource rule;
  rule.name = text_of(own.name, component);
  rule.body = text_of(own.body, component);
  rule.file = text_of(own.file, component);
  rule.states = names_of(text_of(own.states, component), component);
  rule.scalars = names_of(text_of(own.scalars, component), component);
  rule.line = std::max(1, own.line);
  if (!is_component_name(rule.name) || rule.states.size() > most_states || rule.body.empty()) {
    throw malformed(component, "no name, no body, or more than 8 states", "what PH_RULE writes");
  }
  return rule;
}

std::string kernel_source(const RuleSource& rule, int bits, KernelTarget target) {
  std::string text = std::string("// ") + rule.name + ", generated\n" + prelude(target);
  text += std::string("typedef ") + (bits == 64 ? "double" : "float") + " Real;\n";
  text += "struct Chunk { Real* p; const Real* g; Real* slot[8]; long long n; };\nstruct Scalars {";
  for (const auto& name : rule.scalars) text += " Real " + name + ";";
  text +=
      " };\nextern \"C\" __global__ void posehost_rule(const Chunk* ph_chunks, const Scalars ph_s) {\n"
      "  const Chunk ph_c = ph_chunks[blockIdx.x];\n";
  for (const auto& name : rule.scalars)
    text += "  const Real " + name + " = ph_s." + name + "; (void)" + name + ";\n";
  text +=
      "  for (long long ph_i = threadIdx.x; ph_i < ph_c.n; ph_i += blockDim.x) {\n"
      "    Real p = ph_c.p[ph_i], g = ph_c.g[ph_i];\n";
  for (std::size_t i = 0; i < rule.states.size(); ++i)
    text += "    Real " + rule.states[i] + " = ph_c.slot[" + std::to_string(i) + "][ph_i];\n";
  text += "    {\n#line " + std::to_string(rule.line) + (rule.file.empty() ? "" : " " + quoted(rule.file)) +
          "\n" + rule.body + "\n#line 1 \"generated\"\n    }\n    (void)g; ph_c.p[ph_i] = p;\n";
  for (std::size_t i = 0; i < rule.states.size(); ++i)
    text += "    ph_c.slot[" + std::to_string(i) + "][ph_i] = " + rule.states[i] + ";\n";
  text += "  }\n}\n";
  if (target == KernelTarget::emulated) text += grid();
  return text;
}

}  // namespace ph
