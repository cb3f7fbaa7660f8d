// SPDX-License-Identifier: MIT
//
// POSEHOST_PLUGIN(id, version, licence, author, Type, ...): once per plugin, outside any namespace.
// Writes the descriptor, the plugin's note and the entry. Each Type has its POSEHOST_COMPONENT(Type),
// in this file or another one of the same plugin.
#pragma once
#include <posehost/for_each.h>
#include <posehost/component.hpp>

// Shared libraries that the plugin needs beyond libc, libm, ld and libgcc_s, separated by blanks.
#ifndef POSEHOST_LIBRARIES
#define POSEHOST_LIBRARIES ""
#endif

namespace ph::detail {

constexpr bool is_plugin_id(std::string_view id) {
  bool dot = false;
  char before = '.';
  for (const char c : id) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    if (!good || (c == '.' && before == '.')) return false;
    dot = dot || c == '.';
    before = c;
  }
  return dot && before != '.' && id.size() <= 128;
}

// Three numbers; "-rc.1" or "+build" may follow.
constexpr bool is_version(std::string_view version) {
  int dots = 0;
  bool digit = false;
  for (const char c : version) {
    if (dots == 2 && digit && (c == '-' || c == '+')) return version.back() != c;
    if (c == '.' && digit) {
      ++dots;
      digit = false;
    } else if (c >= '0' && c <= '9') {
      digit = true;
    } else {
      return false;
    }
  }
  return dots == 2 && digit && version.size() <= 64;
}

struct PluginFacts {
  std::string_view id, version, license, author, libraries;
  std::size_t n_components;
};

template <class Out>
constexpr void put_plugin_note(Out& out, const PluginFacts& facts) {
  put(out, "{\"abi\":[");
  put_integer(out, PH_ABI_MAJOR);
  out.put(',');
  put_integer(out, PH_ABI_MINOR);
  put(out, "],\"min_host_minor\":");
  put_integer(out, POSEHOST_TARGET_MINOR);
  put(out, ",\"must_understand\":0,\"id\":");
  put_string(out, facts.id);
  put(out, ",\"version\":");
  put_string(out, facts.version);
  put(out, ",\"license\":");
  put_string(out, facts.license);
  put(out, ",\"author\":");
  put_string(out, facts.author);
  put(out, ",\"libraries\":");
  put_string(out, facts.libraries);
  put(out, ",\"components\":");
  put_unsigned(out, facts.n_components);
  out.put('}');
}
constexpr std::size_t plugin_note_size(const PluginFacts& facts) {
  TextCounter counter;
  put_plugin_note(counter, facts);
  return counter.size;
}
template <std::size_t N>
constexpr Note<N> plugin_note(const PluginFacts& facts) {
  auto note = empty_note<N>(PH_NOTE_PLUGIN);
  TextWriter writer{note.text};
  put_plugin_note(writer, facts);
  return note;
}

constexpr ph_plugin describe_plugin(const PluginFacts& facts, const ph_component* const* components) {
  return {sizeof(ph_plugin),
          0,
          PH_ABI_MAJOR,
          PH_ABI_MINOR,
          POSEHOST_TARGET_MINOR,
          0,
          0,
          to_ph(facts.id),
          to_ph(facts.version),
          to_ph(facts.license),
          to_ph(facts.author),
          to_ph(facts.libraries),
          components,
          static_cast<std::int64_t>(facts.n_components)};
}

}  // namespace ph::detail

#define PH_DECLARE_COMPONENT(Type) extern "C" PH_HIDDEN const ph_component posehost_component_##Type;
#define PH_COMPONENT_ADDRESS(Type) &posehost_component_##Type,

#define POSEHOST_PLUGIN(id_, version_, license_, author_, ...)                                       \
  PH_FOR_EACH(PH_DECLARE_COMPONENT, __VA_ARGS__)                                                     \
  static constexpr const ph_component* posehost_components[] = {                                     \
      PH_FOR_EACH(PH_COMPONENT_ADDRESS, __VA_ARGS__)};                                               \
  static constexpr ::ph::detail::PluginFacts posehost_facts{                                         \
      id_,     version_,           license_,                                                         \
      author_, POSEHOST_LIBRARIES, sizeof(posehost_components) / sizeof(posehost_components[0])};    \
  static_assert(::ph::detail::is_plugin_id(posehost_facts.id),                                       \
                "id of a plugin: lower-case letters, digits, _ . -, at least one dot, at most 128"); \
  static_assert(::ph::detail::is_version(posehost_facts.version), "version of a plugin: \"1.2.3\""); \
  PH_NOTE_SECTION static constexpr auto posehost_note =                                              \
      ::ph::detail::plugin_note<::ph::detail::plugin_note_size(posehost_facts)>(posehost_facts);     \
  static constexpr ph_plugin posehost_descriptor =                                                   \
      ::ph::detail::describe_plugin(posehost_facts, posehost_components);                            \
  const ph_plugin* posehost_plugin_query_v0(void) { return &posehost_descriptor; }                   \
  static_assert(true, "")
