// SPDX-License-Identifier: MIT
//
// A class becomes a component: its description, and its note in the file. Included by the header of
// each kind (schedule.hpp, optimizer.hpp, param_groups.hpp, hook.hpp).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <posehost/config.hpp>
#include <posehost/schema_text.hpp>
#include <posehost/text.hpp>

namespace ph {

struct ComponentInfo {
  std::string_view name, doc;
};

// static constexpr auto info = ph::component("Name", "what it does, in one line");
constexpr ComponentInfo component(std::string_view name, std::string_view doc) {
  if (!detail::is_word(name) || name[0] == '_' || name.size() > 64)
    throw "name of a component: a letter, then letters, digits and _; at most 64";
  if (!detail::is_line(doc)) throw "a component needs one line of documentation";
  return {name, doc};
}

namespace detail {

// What `self` points to: the author's object with what the thunks need.
template <class T>
struct Instance {
  Instance(const ph_host* table, const Config& config) : host(table), object(make(config)) {}
  const ph_host* host;
  std::unique_ptr<T> object;

 private:
  static std::unique_ptr<T> make(const Config& config) {
    static_assert(std::is_constructible_v<T, const Config&> || std::is_default_constructible_v<T>,
                  "a component needs a public constructor from const ph::Config& or without arguments");
    if constexpr (std::is_constructible_v<T, const Config&>)
      return std::make_unique<T>(config);
    else
      return std::make_unique<T>();
  }
};

template <class T>
using KindOf = typename T::PluginKind;
template <class T>
using InstanceOf = typename KindOf<T>::template Instance<T>;

template <class T>
constexpr std::size_t schema_size() {
  TextCounter counter;
  put_schema(counter, T::args);
  return counter.size;
}
template <class T>
constexpr auto make_schema() {
  FixedText<schema_size<T>()> text{};
  TextWriter writer{text.data};
  put_schema(writer, T::args);
  return text;
}
template <class T>
inline constexpr auto schema_text = make_schema<T>();

template <class T, class Out>
constexpr void put_note(Out& out) {
  put(out, "{\"kind\":");
  put_string(out, KindOf<T>::id);
  put(out, ",\"name\":");
  put_string(out, T::info.name);
  put(out, ",\"doc\":");
  put_string(out, T::info.doc);
  put(out, ",\"schema\":");
  put_schema(out, T::args);
  out.put('}');
}
template <class T>
constexpr std::size_t note_size() {
  TextCounter counter;
  put_note<T>(counter);
  return counter.size;
}

// An ELF note with its header; name and text are padded to four bytes.
template <std::size_t N>
struct Note {
  std::uint32_t name_size, text_size, type;
  char owner[12];
  char text[(N + 3) / 4 * 4];
};
static_assert(sizeof(PH_NOTE_OWNER) <= 12, "owner fits its field");

template <std::size_t N>
constexpr Note<N> empty_note(std::uint32_t type) {
  Note<N> note{sizeof(PH_NOTE_OWNER), N, type, {}, {}};
  for (std::size_t i = 0; i < sizeof(PH_NOTE_OWNER); ++i) note.owner[i] = PH_NOTE_OWNER[i];
  return note;
}
template <class T>
constexpr auto component_note() {
  auto note = empty_note<note_size<T>()>(PH_NOTE_COMPONENT);
  TextWriter writer{note.text};
  put_note<T>(writer);
  return note;
}

template <class T>
std::int32_t create(const ph_host* host, const ph_config* config, void** self) noexcept {
  return guarded(host, [&] { *self = new InstanceOf<T>(host, Config(host, config)); });
}
template <class T>
void destroy(void* self) noexcept {
  delete static_cast<InstanceOf<T>*>(self);
}

// Of the kinds whose instances keep bytes in checkpoints.
template <class T>
std::int32_t save_state(const void* self, const ph_sink* out) noexcept {
  const auto& instance = *static_cast<const InstanceOf<T>*>(self);
  return guarded(instance.host, [&] {
    const std::string bytes = instance.object->save_state();
    out->write(out->ctx, bytes.data(), static_cast<std::int64_t>(bytes.size()));
  });
}
template <class T>
std::int32_t load_state(void* self, ph_str bytes) noexcept {
  auto& instance = *static_cast<InstanceOf<T>*>(self);
  return guarded(instance.host, [&] { instance.object->load_state(from_ph(bytes)); });
}

// A class may offer extensions: static const void* extension(std::string_view id) noexcept.
template <class T, class = void>
struct ExtensionOf {
  static constexpr const void* (*value)(ph_str) = nullptr;
};
template <class T>
struct ExtensionOf<T, std::void_t<decltype(T::extension(std::string_view()))>> {
  static const void* get(ph_str id) noexcept { return T::extension(from_ph(id)); }
  static constexpr const void* (*value)(ph_str) = &get;
};

template <class T>
constexpr ph_component describe() {
  return {sizeof(ph_component), 0,
          to_ph(KindOf<T>::id), to_ph(T::info.name),
          to_ph(T::info.doc),   to_ph(schema_text<T>.view()),
          &create<T>,           &KindOf<T>::template table<T>,
          ExtensionOf<T>::value};
}

}  // namespace detail
}  // namespace ph

#define PH_HIDDEN __attribute__((visibility("hidden")))
#define PH_NOTE_SECTION __attribute__((section(".note.posehost"), used, aligned(4)))

// At the end of a component's source file, outside any namespace: makes `Type` (an unqualified name)
// available to POSEHOST_PLUGIN and writes its note.
#define POSEHOST_COMPONENT(Type)                                                     \
  extern "C" {                                                                       \
  extern PH_HIDDEN const ph_component posehost_component_##Type;                     \
  constexpr ph_component posehost_component_##Type = ::ph::detail::describe<Type>(); \
  }                                                                                  \
  PH_NOTE_SECTION static constexpr auto posehost_note_##Type = ::ph::detail::component_note<Type>()
