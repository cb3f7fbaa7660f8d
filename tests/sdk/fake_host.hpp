#pragma once
// A host of a few lines: what a plugin's functions get, and what they say to it.
#include <posehost/failure.hpp>

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace test {

class FakeHost {
 public:
  FakeHost() : table_{sizeof(ph_host), 0, 0, 9, this, &set_error, &log, nullptr} {}
  const ph_host* table() const { return &table_; }

  std::int32_t code = PH_OK;
  std::string error;
  std::vector<std::pair<std::int32_t, std::string>> lines;

 private:
  static void set_error(void* ctx, std::int32_t code, const char* msg, std::int64_t len) {
    auto& host = *static_cast<FakeHost*>(ctx);
    host.code = code;
    host.error.assign(msg, static_cast<std::size_t>(len));
  }
  static void log(void* ctx, std::int32_t level, const char* msg, std::int64_t len) {
    static_cast<FakeHost*>(ctx)->lines.emplace_back(level, std::string(msg, static_cast<std::size_t>(len)));
  }
  ph_host table_;
};

// Values by JSON pointer; lists are given by their elements and their count.
class FakeConfig {
 public:
  struct List {
    std::int64_t count;
  };
  struct Nothing {};
  using Value = std::variant<Nothing, bool, std::int64_t, double, std::string, List>;
  explicit FakeConfig(std::map<std::string, Value> values, std::string json = "{}")
      : values_(std::move(values)),
        json_(std::move(json)),
        table_{sizeof(ph_config), 0,         this,    ph::detail::to_ph(json_), &type, &count, &get_f64,
               &get_i64,          &get_bool, &get_str} {}
  FakeConfig(const FakeConfig&) = delete;
  FakeConfig& operator=(const FakeConfig&) = delete;
  const ph_config* table() const { return &table_; }

 private:
  static const Value* find(const void* ctx, ph_str pointer) {
    const auto& values = static_cast<const FakeConfig*>(ctx)->values_;
    const auto at = values.find(std::string(ph::detail::from_ph(pointer)));
    return at == values.end() ? nullptr : &at->second;
  }
  template <class Want, class Out>
  static std::int32_t get(const void* ctx, ph_str pointer, Out* out) {
    const Value* value = find(ctx, pointer);
    if (value == nullptr) return PH_ERR_NOT_FOUND;
    const auto* found = std::get_if<Want>(value);
    if (found == nullptr) return PH_ERR_INVALID_ARGUMENT;
    if constexpr (std::is_same_v<Want, std::string>)
      *out = ph::detail::to_ph(*found);
    else
      *out = static_cast<Out>(*found);
    return PH_OK;
  }
  static std::int32_t type(const void* ctx, ph_str pointer) {
    const Value* value = find(ctx, pointer);
    if (value == nullptr) return PH_JSON_ABSENT;
    constexpr std::int32_t types[] = {PH_JSON_NULL,   PH_JSON_BOOL,   PH_JSON_INTEGER,
                                      PH_JSON_NUMBER, PH_JSON_STRING, PH_JSON_ARRAY};
    return types[value->index()];
  }
  static std::int64_t count(const void* ctx, ph_str pointer) {
    const Value* value = find(ctx, pointer);
    const auto* list = value == nullptr ? nullptr : std::get_if<List>(value);
    return list == nullptr ? 0 : list->count;
  }
  static std::int32_t get_f64(const void* ctx, ph_str pointer, double* out) {
    const auto status = get<double>(ctx, pointer, out);
    return status == PH_ERR_INVALID_ARGUMENT ? get<std::int64_t>(ctx, pointer, out) : status;
  }
  static std::int32_t get_i64(const void* ctx, ph_str pointer, std::int64_t* out) {
    return get<std::int64_t>(ctx, pointer, out);
  }
  static std::int32_t get_bool(const void* ctx, ph_str pointer, std::int32_t* out) {
    return get<bool>(ctx, pointer, out);
  }
  static std::int32_t get_str(const void* ctx, ph_str pointer, ph_str* out) {
    return get<std::string>(ctx, pointer, out);
  }

  std::map<std::string, Value> values_;
  std::string json_;
  ph_config table_;
};

// An instance made by the component that the SDK describes, as a host would make it.
template <class Api>
struct Made {
  const ph_component* component;
  void* self = nullptr;
  std::int32_t status = PH_OK;
  Made(const ph_component& of, FakeHost& host, const FakeConfig& config) : component(&of) {
    status = of.create(host.table(), config.table(), &self);
  }
  Made(const Made&) = delete;
  Made& operator=(const Made&) = delete;
  ~Made() {
    if (status == PH_OK) api().destroy(self);
  }
  const Api& api() const { return *static_cast<const Api*>(component->api); }
};

}  // namespace test
