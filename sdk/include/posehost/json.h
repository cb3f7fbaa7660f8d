// SPDX-License-Identifier: MIT
//
// A reader of JSON text that the host wrote: enough for parameter-group rules, in C11 and C++11. It
// allocates nothing and never looks beyond the end; text that is no JSON reads as values that are not
// there. Escapes in strings are left as they are: copy a name to the output with ph_json_raw().
//
//   for (ph_json_iter it = ph_json_each(ph_json_get(ph_json_text(input), "params")); ph_json_next(&it);)
//     if (ph_json_true(ph_json_get(it.value, "is_norm"))) ...
#ifndef POSEHOST_JSON_H
#define POSEHOST_JSON_H

#include <stdlib.h>
#include <string.h>

#include <posehost/abi.h>

// A value within a text, with what follows it. at == end where there is none.
typedef struct ph_json {
  const char *at;
  const char *end;
} ph_json;

// The members of an object or the elements of an array; `key` is a string, quotes included, or absent.
typedef struct ph_json_iter {
  ph_json key;
  ph_json value;
  const char *at;
  const char *end;
} ph_json_iter;

static inline const char *ph_json_skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) ++at;
  return at;
}

// Behind the value that begins at `at`: behind the closing quote or bracket, or at the next , ] or }.
static inline const char *ph_json_skip_value(const char *at, const char *end) {
  int64_t depth = 0;
  bool in_string = false;
  for (; at < end; ++at) {
    if (in_string) {
      if (*at == '\\' && at + 1 < end)
        ++at;
      else if (*at == '"')
        in_string = false;
      if (!in_string && depth == 0) return at + 1;
    } else if (*at == '"') {
      in_string = true;
    } else if (*at == '{' || *at == '[') {
      ++depth;
    } else if (*at == '}' || *at == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (*at == ',' || *at == ':')) {
      return at;
    }
  }
  return end;
}

static inline ph_json ph_json_text(ph_str text) {
  ph_json value = {text.data, text.data};
  if (text.len > 0) {
    value.end = text.data + text.len;
    value.at = ph_json_skip_blanks(text.data, value.end);
  }
  return value;
}

static inline bool ph_json_absent(ph_json value) { return value.at == value.end; }

// The value as it stands in the text, strings with their quotes.
static inline ph_str ph_json_raw(ph_json value) {
  ph_str raw = {value.at, 0};
  if (ph_json_absent(value)) return raw;
  const char *last = ph_json_skip_value(value.at, value.end);
  while (last > value.at && (last[-1] == ' ' || last[-1] == '\n' || last[-1] == '\t' || last[-1] == '\r'))
    --last;
  raw.len = last - value.at;
  return raw;
}

static inline bool ph_json_raw_is(ph_json value, const char *text) {
  const ph_str raw = ph_json_raw(value);
  return raw.len == (int64_t)strlen(text) && (raw.len == 0 || memcmp(raw.data, text, (size_t)raw.len) == 0);
}

// Begins a loop over an object or array; over anything else it ends at once.
static inline ph_json_iter ph_json_each(ph_json container) {
  ph_json_iter it;
  memset(&it, 0, sizeof it);
  if (ph_json_absent(container) || (*container.at != '{' && *container.at != '[')) return it;
  it.at = container.at + 1;
  it.end = container.end;
  return it;
}

static inline bool ph_json_next(ph_json_iter *it) {
  const char *at = ph_json_skip_blanks(it->at, it->end);
  if (at < it->end && *at == ',') at = ph_json_skip_blanks(at + 1, it->end);
  const char *after = ph_json_skip_value(at, it->end);
  if (at >= it->end || after == at) return false;
  it->key.at = it->key.end = at;
  const char *colon = ph_json_skip_blanks(after, it->end);
  if (colon < it->end && *colon == ':') {
    it->key.end = it->end;
    at = ph_json_skip_blanks(colon + 1, it->end);
    after = ph_json_skip_value(at, it->end);
    if (at >= it->end || after == at) return false;
  }
  it->value.at = at;
  it->value.end = it->end;
  it->at = after;
  return true;
}

// A member by name; absent if `object` is none or has no such member. `name` needs no escapes.
static inline ph_json ph_json_get(ph_json object, const char *name) {
  const size_t length = strlen(name);
  for (ph_json_iter it = ph_json_each(object); ph_json_next(&it);) {
    const ph_str key = ph_json_raw(it.key);
    if (key.len == (int64_t)length + 2 && key.data[0] == '"' && memcmp(key.data + 1, name, length) == 0)
      return it.value;
  }
  object.at = object.end;
  return object;
}

static inline bool ph_json_true(ph_json value) { return ph_json_raw_is(value, "true"); }

// Whether an array of strings has `text`, which needs no escapes.
static inline bool ph_json_has(ph_json array, const char *text) {
  const size_t length = strlen(text);
  for (ph_json_iter it = ph_json_each(array); ph_json_next(&it);) {
    const ph_str raw = ph_json_raw(it.value);
    if (raw.len == (int64_t)length + 2 && raw.data[0] == '"' && memcmp(raw.data + 1, text, length) == 0)
      return true;
  }
  return false;
}

// The number, or `otherwise` where there is none.
static inline double ph_json_number(ph_json value, double otherwise) {
  char digits[64];
  const ph_str raw = ph_json_raw(value);
  if (raw.len == 0 || raw.len >= (int64_t)sizeof digits) return otherwise;
  memcpy(digits, raw.data, (size_t)raw.len);
  digits[raw.len] = '\0';
  char *last = NULL;
  const double number = strtod(digits, &last);
  return *last == '\0' && last != digits ? number : otherwise;
}

#endif  // POSEHOST_JSON_H
