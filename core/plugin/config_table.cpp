#include "plugin/config_table.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "plugin/instance.hpp"

namespace ph {
namespace {

/// "~1" is "/", "~0" is "~"; nothing else may follow a "~".
bool unescape(std::string_view token, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
    } else if (++i < token.size() && (token[i] == '0' || token[i] == '1')) {
      out += token[i] == '0' ? '~' : '/';
    } else {
      return false;
    }
  }
  return true;
}

const Json* element(const Json& array, const std::string& token) {
  std::size_t index = 0;
  const auto [end, failure] = std::from_chars(token.data(), token.data() + token.size(), index);
  const bool whole = failure == std::errc{} && end == token.data() + token.size();
  const bool leading_zero = token.size() > 1 && token.front() == '0';
  return whole && !leading_zero && index < array.size() ? &array[index] : nullptr;
}

/// Whole numbers written as 3.0 are integers, as in JSON Schema; above 2^53 a double is no exact one.
bool whole_number(const Json& value, std::int64_t& out) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(INT64_MAX)) return false;
    out = static_cast<std::int64_t>(number);
    return true;
  }
  if (value.is_number_integer()) {
    out = value.get<std::int64_t>();
    return true;
  }
  if (!value.is_number_float()) return false;
  const auto number = value.get<double>();
  constexpr double exact = 9007199254740992.0;
  if (!(number >= -exact && number <= exact) ||
      number != static_cast<double>(static_cast<std::int64_t>(number))) {
    return false;
  }
  out = static_cast<std::int64_t>(number);
  return true;
}

/// What follows is called from C: nothing may be thrown, running out of memory included.
const Json* lookup(const void* ctx, ph_str pointer) noexcept {
  try {
    if (pointer.len < 0 || (pointer.len > 0 && pointer.data == nullptr)) return nullptr;
    return at_pointer(static_cast<const Node*>(ctx)->json(), from_ph(pointer));
  } catch (...) {
    return nullptr;
  }
}

extern "C" {

static int32_t config_type(const void* ctx, ph_str pointer) {
  const Json* value = lookup(ctx, pointer);
  if (value == nullptr) return PH_JSON_ABSENT;
  std::int64_t whole = 0;
  if (value->is_null()) return PH_JSON_NULL;
  if (value->is_boolean()) return PH_JSON_BOOL;
  if (value->is_number()) return whole_number(*value, whole) ? PH_JSON_INTEGER : PH_JSON_NUMBER;
  if (value->is_string()) return PH_JSON_STRING;
  return value->is_array() ? PH_JSON_ARRAY : PH_JSON_OBJECT;
}

static int64_t config_count(const void* ctx, ph_str pointer) {
  const Json* value = lookup(ctx, pointer);
  return value != nullptr && value->is_structured() ? static_cast<int64_t>(value->size()) : 0;
}

static int32_t config_f64(const void* ctx, ph_str pointer, double* out) {
  const Json* value = lookup(ctx, pointer);
  if (value == nullptr) return PH_ERR_NOT_FOUND;
  if (!value->is_number()) return PH_ERR_INVALID_ARGUMENT;
  *out = value->get<double>();
  return PH_OK;
}

static int32_t config_i64(const void* ctx, ph_str pointer, int64_t* out) {
  const Json* value = lookup(ctx, pointer);
  if (value == nullptr) return PH_ERR_NOT_FOUND;
  return whole_number(*value, *out) ? PH_OK : PH_ERR_INVALID_ARGUMENT;
}

static int32_t config_bool(const void* ctx, ph_str pointer, int32_t* out) {
  const Json* value = lookup(ctx, pointer);
  if (value == nullptr) return PH_ERR_NOT_FOUND;
  if (!value->is_boolean()) return PH_ERR_INVALID_ARGUMENT;
  *out = value->get<bool>() ? 1 : 0;
  return PH_OK;
}

static int32_t config_str(const void* ctx, ph_str pointer, ph_str* out) {
  const Json* value = lookup(ctx, pointer);
  if (value == nullptr) return PH_ERR_NOT_FOUND;
  if (!value->is_string()) return PH_ERR_INVALID_ARGUMENT;
  *out = to_ph(value->get_ref<const std::string&>());
  return PH_OK;
}

}  // extern "C"
}  // namespace

const Json* at_pointer(const Json& root, std::string_view pointer) {
  const Json* value = &root;
  std::string token;
  while (!pointer.empty()) {
    if (pointer.front() != '/') return nullptr;
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    if (!unescape(pointer.substr(0, end), token)) return nullptr;
    pointer.remove_prefix(end);
    if (value->is_object()) {
      const auto member = value->find(token);
      value = member == value->end() ? nullptr : &*member;
    } else {
      value = value->is_array() ? element(*value, token) : nullptr;
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

ConfigTable::ConfigTable(const Node& args)
    : args_{args}, text_{args.json().dump(-1, ' ', false, Json::error_handler_t::replace)} {
  table_.size = sizeof table_;
  table_.ctx = &args_;
  table_.json = to_ph(text_);
  table_.type = config_type;
  table_.count = config_count;
  table_.get_f64 = config_f64;
  table_.get_i64 = config_i64;
  table_.get_bool = config_bool;
  table_.get_str = config_str;
}

}  // namespace ph
