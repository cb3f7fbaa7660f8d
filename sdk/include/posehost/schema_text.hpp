// SPDX-License-Identifier: MIT
//
// Writes the schema of a table of arguments. The dialect is described in the SDK's README. Internal.
#pragma once
#include <posehost/args.hpp>
#include <posehost/text.hpp>

namespace ph::detail {

constexpr std::string_view role_name(std::int32_t role) {
  switch (role) {
    case PH_ROLE_LR:
      return "lr";
    case PH_ROLE_MOMENTUM:
      return "momentum";
    case PH_ROLE_WEIGHT_DECAY:
      return "weight_decay";
    default:
      return "none";
  }
}

template <class Out>
constexpr void put_type(Out& out, std::string_view name, bool nullable) {
  put(out, nullable ? "\"type\":[\"" : "\"type\":\"");
  put(out, name);
  put(out, nullable ? "\",\"null\"]" : "\"");
}

template <class Out>
constexpr void put_bounds(Out& out, const Bounds& bounds) {
  if (bounds.has_min) {
    put(out, bounds.open_min ? ",\"exclusiveMinimum\":" : ",\"minimum\":");
    put_number(out, bounds.min);
  }
  if (bounds.has_max) {
    put(out, bounds.open_max ? ",\"exclusiveMaximum\":" : ",\"maximum\":");
    put_number(out, bounds.max);
  }
}

template <class Out>
constexpr void put_choices(Out& out, const Choices& choices, bool nullable) {
  if (choices.n == 0) return;
  put(out, ",\"enum\":[");
  for (std::size_t i = 0; i < choices.n; ++i) {
    if (i > 0) out.put(',');
    put_string(out, choices.names[i]);
  }
  put(out, nullable ? ",null]" : "]");
}

template <class Out>
constexpr void put_items(Out& out, const ArgSpec& spec, std::string_view type) {
  put(out, ",\"items\":{");
  put_type(out, type, false);
  put_bounds(out, spec.bounds);
  put_choices(out, spec.choices, false);
  out.put('}');
  if (spec.length.min > 0) {
    put(out, ",\"minItems\":");
    put_integer(out, spec.length.min);
  }
  if (spec.length.max >= 0) {
    put(out, ",\"maxItems\":");
    put_integer(out, spec.length.max);
  }
}

template <class Out>
constexpr void put_shape(Out& out, const ArgSpec& spec) {
  switch (spec.type) {
    case ArgType::number:
    case ArgType::integer:
      put_type(out, spec.type == ArgType::number ? "number" : "integer", spec.nullable);
      put_bounds(out, spec.bounds);
      break;
    case ArgType::boolean:
      put_type(out, "boolean", spec.nullable);
      break;
    case ArgType::string:
      put_type(out, "string", spec.nullable);
      put_choices(out, spec.choices, spec.nullable);
      break;
    case ArgType::integer_or_list:
      put(out,
          spec.nullable ? "\"type\":[\"integer\",\"array\",\"null\"]" : "\"type\":[\"integer\",\"array\"]");
      put_bounds(out, spec.bounds);
      put_items(out, spec, "integer");
      break;
    default:
      put_type(out, "array", spec.nullable);
      put_items(out, spec,
                spec.type == ArgType::numbers    ? "number"
                : spec.type == ArgType::integers ? "integer"
                                                 : "string");
  }
}

template <class Out>
constexpr void put_default(Out& out, const ArgSpec& spec) {
  if (spec.required) return;
  put(out, ",\"default\":");
  if (spec.null_default) return put(out, "null");
  switch (spec.type) {
    case ArgType::number:
      return put_number(out, spec.number, true);
    case ArgType::integer:
    case ArgType::integer_or_list:
      return put_integer(out, spec.integer);
    case ArgType::boolean:
      return put(out, spec.boolean ? "true" : "false");
    case ArgType::string:
      return put_string(out, spec.string);
    default:
      out.put('[');
      for (std::size_t i = 0; i < spec.n_numbers; ++i) {
        if (i > 0) out.put(',');
        put_number(out, spec.numbers[i], spec.type == ArgType::numbers);
      }
      out.put(']');
  }
}

// A scalar has its role as a string; an array has one role per element.
template <class Out>
constexpr void put_hypers(Out& out, const ArgSpec& spec) {
  if (spec.n_hypers == 0) return;
  put(out, ",\"x-role\":");
  if (spec.type == ArgType::number) {
    put_string(out, role_name(spec.hypers[0].role));
  } else {
    for (std::int64_t at = 0; at < spec.length.max; ++at) {
      out.put(at == 0 ? '[' : ',');
      std::int32_t role = PH_ROLE_NONE;
      for (std::size_t i = 0; i < spec.n_hypers; ++i)
        if (static_cast<std::int64_t>(spec.hypers[i].element) == at) role = spec.hypers[i].role;
      put_string(out, role_name(role));
    }
    out.put(']');
  }
  put(out, (spec.hyper_flags & PH_HYPER_PER_GROUP) != 0 ? ",\"x-per-group\":true" : ",\"x-per-group\":false");
  put(out, (spec.hyper_flags & PH_HYPER_SCHEDULABLE) != 0 ? ",\"x-schedulable\":true"
                                                          : ",\"x-schedulable\":false");
}

template <class Out>
constexpr void put_property(Out& out, const ArgSpec& spec) {
  put_string(out, spec.name);
  out.put(':');
  if (spec.type == ArgType::raw) {
    put(out, spec.fragment.substr(0, spec.fragment.size() - 1));
  } else {
    out.put('{');
    put_shape(out, spec);
    put_default(out, spec);
    put_hypers(out, spec);
  }
  put(out, ",\"description\":");
  put_string(out, spec.doc);
  out.put('}');
}

template <class Out, std::size_t N>
constexpr void put_schema(Out& out, const ArgTable<N>& table) {
  put(out, "{\"type\":\"object\",\"properties\":{");
  for (std::size_t i = 0; i < N; ++i) {
    if (i > 0) out.put(',');
    put_property(out, table.specs[i]);
  }
  out.put('}');
  bool first = true;
  for (std::size_t i = 0; i < N; ++i) {
    if (!table.specs[i].required) continue;
    put(out, first ? ",\"required\":[" : ",");
    put_string(out, table.specs[i].name);
    first = false;
  }
  if (!first) out.put(']');
  put(out, ",\"additionalProperties\":false}");
}

}  // namespace ph::detail
