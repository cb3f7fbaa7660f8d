// SPDX-License-Identifier: MIT
//
// What a constructor gets: the checked arguments of its instance, and a way to the host.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <posehost/args.hpp>
#include <posehost/failure.hpp>

namespace ph {

// The host, as an instance sees it. Cheap to copy; usable as long as the instance lives. Any thread.
class Host {
 public:
  explicit Host(const ph_host* table) noexcept : table_(table) {}

  // One line for the host's log, which adds the component's name. level: PH_LOG_*.
  void log(std::int32_t level, std::string_view text) const noexcept {
    table_->log(table_->ctx, level, text.data(), static_cast<std::int64_t>(text.size()));
  }
  void info(std::string_view text) const noexcept { log(PH_LOG_INFO, text); }
  void warning(std::string_view text) const noexcept { log(PH_LOG_WARNING, text); }

  // The table of a service ("posehost.random/0"), or null if this host has none.
  template <class Table>
  const Table* service(std::string_view id) const noexcept {
    if (table_->get_service == nullptr) return nullptr;
    return static_cast<const Table*>(table_->get_service(table_->ctx, detail::to_ph(id)));
  }

 private:
  const ph_host* table_;
};

// The arguments: already checked against the component's table, defaults filled in. Valid during the
// constructor that gets it; strings that are kept have to be copied. Main thread.
class Config {
 public:
  Config(const ph_host* host, const ph_config* table) noexcept
      : host_(host), table_(detail::read_struct(table)) {}

  // The argument `name`, or, if it begins with '/', the value at that JSON pointer ("/betas/0").
  // T: double, integers, bool, std::string, std::string_view, std::vector or std::array of those,
  // IntOrList, std::optional of any (nothing there, or null). Throws Failure if it is another type.
  template <class T>
  T get(std::string_view name) const {
    return Reader<T>::read(*this, pointer(name));
  }

  // There is a value and it is not null.
  bool has(std::string_view name) const {
    const auto type = type_at(pointer(name));
    return type != PH_JSON_ABSENT && type != PH_JSON_NULL;
  }
  // PH_JSON_* of the value.
  std::int32_t type(std::string_view name) const { return type_at(pointer(name)); }
  // Elements of an array or members of an object.
  std::int64_t count(std::string_view name) const { return count_at(pointer(name)); }

  // All arguments as JSON text.
  std::string_view json() const noexcept { return detail::from_ph(table_.json); }

  Host host() const noexcept { return Host(host_); }

 private:
  template <class T, class = void>
  struct Reader;

  static std::string pointer(std::string_view name) {
    if (!name.empty() && name[0] == '/') return std::string(name);
    std::string text = "/";
    for (const char c : name) c == '~' ? text += "~0" : c == '/' ? text += "~1" : text += c;
    return text;
  }
  std::int32_t type_at(const std::string& at) const { return table_.type(table_.ctx, detail::to_ph(at)); }
  std::int64_t count_at(const std::string& at) const { return table_.count(table_.ctx, detail::to_ph(at)); }

  template <class T>
  T read_with(std::int32_t (*getter)(const void*, ph_str, T*), const std::string& at,
              const char* expected) const {
    T value{};
    const auto status = getter(table_.ctx, detail::to_ph(at), &value);
    if (status == PH_ERR_NOT_FOUND)
      throw Failure(PH_ERR_INVALID_ARGUMENT, at + ": nothing there; expected " + expected);
    if (status != PH_OK) throw Failure(PH_ERR_INVALID_ARGUMENT, at + ": expected " + expected);
    return value;
  }

  const ph_host* host_;
  ph_config table_;
};

template <class T>
struct Config::Reader<T, std::enable_if_t<std::is_floating_point_v<T>>> {
  static T read(const Config& config, const std::string& at) {
    return static_cast<T>(config.read_with(config.table_.get_f64, at, "a number"));
  }
};
template <class T>
struct Config::Reader<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
  static T read(const Config& config, const std::string& at) {
    const std::int64_t value = config.read_with(config.table_.get_i64, at, "an integer");
    const T narrow = static_cast<T>(value);
    if (static_cast<std::int64_t>(narrow) != value || (narrow < T{}) != (value < 0))
      throw Failure(PH_ERR_INVALID_ARGUMENT, at + ": " + std::to_string(value) + " is out of range");
    return narrow;
  }
};
template <>
struct Config::Reader<bool> {
  static bool read(const Config& config, const std::string& at) {
    return config.read_with(config.table_.get_bool, at, "true or false") != 0;
  }
};
template <>
struct Config::Reader<std::string_view> {
  static std::string_view read(const Config& config, const std::string& at) {
    return detail::from_ph(config.read_with(config.table_.get_str, at, "a string"));
  }
};
template <>
struct Config::Reader<std::string> {
  static std::string read(const Config& config, const std::string& at) {
    return std::string(Reader<std::string_view>::read(config, at));
  }
};
template <class T>
struct Config::Reader<std::vector<T>> {
  static std::vector<T> read(const Config& config, const std::string& at) {
    if (config.type_at(at) != PH_JSON_ARRAY) throw Failure(PH_ERR_INVALID_ARGUMENT, at + ": expected a list");
    std::vector<T> all;
    const std::int64_t n = config.count_at(at);
    for (std::int64_t i = 0; i < n; ++i) all.push_back(Reader<T>::read(config, at + "/" + std::to_string(i)));
    return all;
  }
};
template <class T, std::size_t N>
struct Config::Reader<std::array<T, N>> {
  static std::array<T, N> read(const Config& config, const std::string& at) {
    const auto all = Reader<std::vector<T>>::read(config, at);
    if (all.size() != N)
      throw Failure(PH_ERR_INVALID_ARGUMENT,
                    at + ": " + std::to_string(all.size()) + " elements; expected " + std::to_string(N));
    std::array<T, N> fixed{};
    for (std::size_t i = 0; i < N; ++i) fixed[i] = all[i];
    return fixed;
  }
};
template <class T>
struct Config::Reader<std::optional<T>> {
  static std::optional<T> read(const Config& config, const std::string& at) {
    const auto type = config.type_at(at);
    if (type == PH_JSON_ABSENT || type == PH_JSON_NULL) return std::nullopt;
    return Reader<T>::read(config, at);
  }
};
template <>
struct Config::Reader<IntOrList> {
  static IntOrList read(const Config& config, const std::string& at) {
    if (config.type_at(at) == PH_JSON_ARRAY)
      return {true, Reader<std::vector<std::int64_t>>::read(config, at)};
    return {false, {Reader<std::int64_t>::read(config, at)}};
  }
};

}  // namespace ph
