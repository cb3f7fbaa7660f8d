// SPDX-License-Identifier: MIT
//
// Plugins in plain C (C11, gcc or clang): macros that write descriptor and notes, and a table of
// arguments that is struct, schema, reader and list of hyper-parameters at once.
//
//   #define SGD_ARGS (LR, lr, REQUIRED, PH_AT_LEAST(0), "step size"),
//                    (MOMENTUM, momentum, DEFAULT(0.9), PH_AT_LEAST(0) PH_BELOW(1), "share kept"),
//                    (FLAG, nesterov, DEFAULT(false), , "look ahead")
//
// One row an argument: (kind, name, REQUIRED or DEFAULT(value), limits, doc). 1 to 32 rows.
//   NUMBER   double    LR, MOMENTUM, WEIGHT_DECAY, HYPER   double that is a hyper-parameter (by role)
//   INTEGER  int64_t   FLAG  bool, false or true           TEXT  ph_str, borrowed from the config
// Limits are written one after the other, without commas: PH_AT_LEAST(n) PH_ABOVE(n) PH_AT_MOST(n)
// PH_BELOW(n) PH_ONE_OF("a", "b"). Texts must not contain quotes or backslashes.
//
//   PH_DEFINE_ARGS(sgd, SGD_ARGS)     struct sgd_args; int32_t sgd_read_args(config, struct sgd_args *)
//   PH_DEFINE_HYPERS(sgd, SGD_ARGS)   sgd_hypers and sgd_n_hypers, for ph_optimizer_api
//   POSEHOST_COMPONENT(sgd, PH_KIND_OPTIMIZER, "Sgd", "doc", create, &api, SGD_ARGS)
//   POSEHOST_COMPONENT_WITHOUT_ARGS(sgd, kind, "Name", "doc", create, &api)
//   POSEHOST_PLUGIN("com.acme.optimizers", "1.0.0", "MIT", "author", sgd, ...)
// Each ends with a semicolon. POSEHOST_PLUGIN stands once in a plugin; the components it names may be
// in other files.
#ifndef POSEHOST_PLUGIN_H
#define POSEHOST_PLUGIN_H
#ifdef __cplusplus
#error "plugin.h is for C; C++ has plugin.hpp and the headers of the kinds"
#endif

#include <string.h>

#include <posehost/abi.h>
#include <posehost/for_each.h>

// Shared libraries that the plugin needs beyond libc, libm, ld and libgcc_s, separated by blanks.
#ifndef POSEHOST_LIBRARIES
#define POSEHOST_LIBRARIES ""
#endif

// A string literal as ph_str.
#define PH_STR(literal) \
  { (literal), (int64_t)sizeof(literal) - 1 }

// Sets the error text of the current call and returns `code`.
static inline int32_t ph_fail(const ph_host *host, int32_t code, const char *msg) {
  host->set_error(host->ctx, code, msg, (int64_t)strlen(msg));
  return code;
}

// Fills an output struct of the caller, no further than its capacity. Both begin {size, rev}.
static inline void ph_write_struct(void *out, const void *value, uint32_t value_size) {
  uint32_t head[2];
  memcpy(head, out, sizeof head);
  head[0] = head[0] < value_size ? head[0] : value_size;
  head[1] = 0;
  memcpy(out, value, head[0]);
  memcpy(out, head, sizeof head);
}

// ---------------------------------------------------------------------------------------------
// The table of arguments
// ---------------------------------------------------------------------------------------------

#define PH_TEXT_(x) #x
#define PH_TEXT(x) PH_TEXT_(x)
#define PH_QUOTED(text) "\"" text "\""

#define PH_AT_LEAST(n) ",\"minimum\":" PH_TEXT(n)
#define PH_ABOVE(n) ",\"exclusiveMinimum\":" PH_TEXT(n)
#define PH_AT_MOST(n) ",\"maximum\":" PH_TEXT(n)
#define PH_BELOW(n) ",\"exclusiveMaximum\":" PH_TEXT(n)
#define PH_ONE_OF(...) ",\"enum\":[" PH_JOINED(PH_QUOTED, __VA_ARGS__) "]"

// The default as JSON; DEFAULT and REQUIRED are pasted to the prefix.
#define PH_VALUE_DEFAULT(x) ",\"default\":" PH_TEXT(x)
#define PH_VALUE_REQUIRED
#define PH_TRUTH_DEFAULT(x) ",\"default\":" PH_PASTE(PH_TRUTH_, x)
#define PH_TRUTH_REQUIRED
#define PH_TRUTH_0 "false"
#define PH_TRUTH_1 "true"
#define PH_TRUTH_false "false"
#define PH_TRUTH_true "true"
#define PH_ROLE_JSON(role) ",\"x-role\":\"" role "\",\"x-per-group\":true,\"x-schedulable\":true"

#define PH_PROPERTY(name, type, value, limits, doc) \
  "\"" #name "\":{\"type\":\"" type "\"" limits value ",\"description\":\"" doc "\"}"
#define PH_SCHEMA_NUMBER(name, value, limits, doc) PH_PROPERTY(name, "number", PH_VALUE_##value, limits, doc)
#define PH_SCHEMA_INTEGER(name, value, limits, doc) \
  PH_PROPERTY(name, "integer", PH_VALUE_##value, limits, doc)
#define PH_SCHEMA_TEXT(name, value, limits, doc) PH_PROPERTY(name, "string", PH_VALUE_##value, limits, doc)
#define PH_SCHEMA_FLAG(name, value, limits, doc) PH_PROPERTY(name, "boolean", PH_TRUTH_##value, limits, doc)
#define PH_SCHEMA_LR(name, value, limits, doc) \
  PH_PROPERTY(name, "number", PH_VALUE_##value PH_ROLE_JSON("lr"), limits, doc)
#define PH_SCHEMA_MOMENTUM(name, value, limits, doc) \
  PH_PROPERTY(name, "number", PH_VALUE_##value PH_ROLE_JSON("momentum"), limits, doc)
#define PH_SCHEMA_WEIGHT_DECAY(name, value, limits, doc) \
  PH_PROPERTY(name, "number", PH_VALUE_##value PH_ROLE_JSON("weight_decay"), limits, doc)
#define PH_SCHEMA_HYPER(name, value, limits, doc) \
  PH_PROPERTY(name, "number", PH_VALUE_##value PH_ROLE_JSON("none"), limits, doc)
#define PH_SCHEMA_ROW_(kind, name, value, limits, doc) PH_SCHEMA_##kind(name, value, limits, doc)
#define PH_SCHEMA_ROW(row) PH_SCHEMA_ROW_ row

// `, "name"` for required rows, nothing for others; joined behind a placeholder.
#define PH_LISTED_DEFAULT(x) PH_NOT_LISTED
#define PH_LISTED_REQUIRED PH_LISTED
#define PH_LISTED(name) , "\"" #name "\""
#define PH_NOT_LISTED(name)
#define PH_APPLY(macro, argument) macro(argument)
#define PH_REQUIRED_ROW_(kind, name, value, limits, doc) PH_APPLY(PH_LISTED_##value, name)
#define PH_REQUIRED_ROW(row) PH_REQUIRED_ROW_ row
#define PH_SAME(text) text
#define PH_REQUIRED_1(placeholder)
#define PH_REQUIRED_N(placeholder, ...) ",\"required\":[" PH_JOINED(PH_SAME, __VA_ARGS__) "]"
#define PH_ONE_OR_MORE(...)                                                                                 \
  PH_PICK_(__VA_ARGS__, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, \
           N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N, N,  \
           N, N, N, 1, 0)
#define PH_REQUIRED_(...) PH_PASTE(PH_REQUIRED_, PH_ONE_OR_MORE(__VA_ARGS__))(__VA_ARGS__)
#define PH_REQUIRED_NAMES(...) PH_REQUIRED_(placeholder PH_FOR_EACH(PH_REQUIRED_ROW, __VA_ARGS__))

#define PH_SCHEMA(...)                               \
  "{\"type\":\"object\",\"properties\":{" PH_JOINED( \
      PH_SCHEMA_ROW, __VA_ARGS__) "}" PH_REQUIRED_NAMES(__VA_ARGS__) ",\"additionalProperties\":false}"
#define PH_SCHEMA_WITHOUT_ARGS "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"

#define PH_MEMBER_NUMBER(name) double name;
#define PH_MEMBER_INTEGER(name) int64_t name;
#define PH_MEMBER_FLAG(name) bool name;
#define PH_MEMBER_TEXT(name) ph_str name;
#define PH_MEMBER_LR(name) double name;
#define PH_MEMBER_MOMENTUM(name) double name;
#define PH_MEMBER_WEIGHT_DECAY(name) double name;
#define PH_MEMBER_HYPER(name) double name;
#define PH_MEMBER_ROW_(kind, name, value, limits, doc) PH_MEMBER_##kind(name)
#define PH_MEMBER_ROW(row) PH_MEMBER_ROW_ row

#define PH_READ_WITH(getter, name, target) \
  if (status == PH_OK) status = config->getter(config->ctx, (ph_str)PH_STR("/" #name), target);
#define PH_READ_NUMBER(name) PH_READ_WITH(get_f64, name, &args->name)
#define PH_READ_INTEGER(name) PH_READ_WITH(get_i64, name, &args->name)
#define PH_READ_TEXT(name) PH_READ_WITH(get_str, name, &args->name)
#define PH_READ_FLAG(name) PH_READ_WITH(get_bool, name, &flag) args->name = flag != 0;
#define PH_READ_LR(name) PH_READ_NUMBER(name)
#define PH_READ_MOMENTUM(name) PH_READ_NUMBER(name)
#define PH_READ_WEIGHT_DECAY(name) PH_READ_NUMBER(name)
#define PH_READ_HYPER(name) PH_READ_NUMBER(name)
#define PH_READ_ROW_(kind, name, value, limits, doc) PH_READ_##kind(name)
#define PH_READ_ROW(row) PH_READ_ROW_ row

#define PH_DEFINE_ARGS(prefix, ...)                                                       \
  struct prefix##_args {                                                                  \
    PH_FOR_EACH(PH_MEMBER_ROW, __VA_ARGS__)                                               \
  };                                                                                      \
  __attribute__((unused)) static int32_t prefix##_read_args(const ph_config *config,      \
                                                            struct prefix##_args *args) { \
    int32_t status = PH_OK, flag = 0;                                                     \
    PH_FOR_EACH(PH_READ_ROW, __VA_ARGS__)                                                 \
    (void)flag;                                                                           \
    return status;                                                                        \
  }                                                                                       \
  PH_NEEDS_SEMICOLON

#define PH_HYPER_OF(name, role)                             \
  &(const ph_hyper){sizeof(ph_hyper),  0,    PH_STR(#name), \
                    PH_STR("/" #name), role, PH_HYPER_PER_GROUP | PH_HYPER_SCHEDULABLE},
#define PH_HYPER_NUMBER(name)
#define PH_HYPER_INTEGER(name)
#define PH_HYPER_FLAG(name)
#define PH_HYPER_TEXT(name)
#define PH_HYPER_LR(name) PH_HYPER_OF(name, PH_ROLE_LR)
#define PH_HYPER_MOMENTUM(name) PH_HYPER_OF(name, PH_ROLE_MOMENTUM)
#define PH_HYPER_WEIGHT_DECAY(name) PH_HYPER_OF(name, PH_ROLE_WEIGHT_DECAY)
#define PH_HYPER_HYPER(name) PH_HYPER_OF(name, PH_ROLE_NONE)
#define PH_HYPER_ROW_(kind, name, value, limits, doc) PH_HYPER_##kind(name)
#define PH_HYPER_ROW(row) PH_HYPER_ROW_ row

#define PH_DEFINE_HYPERS(prefix, ...)                                                        \
  static const ph_hyper *const prefix##_hypers[] = {PH_FOR_EACH(PH_HYPER_ROW, __VA_ARGS__)}; \
  enum { prefix##_n_hypers = sizeof prefix##_hypers / sizeof prefix##_hypers[0] }

// Initialises the ph_optimizer_api of an element-wise rule with the hyper-parameters of PH_DEFINE_HYPERS.
#define PH_ELEMENTWISE(prefix, n_scalars_, destroy_, slots_, scalars_, range_)                          \
  {                                                                                                     \
    .size = sizeof(ph_optimizer_api), .capabilities = PH_OPT_ELEMENTWISE, .hypers = prefix##_hypers,    \
    .n_hypers = prefix##_n_hypers, .n_scalars = (n_scalars_), .destroy = (destroy_), .slots = (slots_), \
    .scalars = (scalars_), .range = (range_)                                                            \
  }

// ---------------------------------------------------------------------------------------------
// Notes and descriptor
// ---------------------------------------------------------------------------------------------

#define PH_NEEDS_SEMICOLON _Static_assert(1, "")
#define PH_HIDDEN __attribute__((visibility("hidden")))
#if defined(__GNUC__) && !defined(__clang__)
#define PH_NOT_TERMINATED __attribute__((nonstring))
#else
#define PH_NOT_TERMINATED
#endif

// Long literals are what this is about; every compiler that is supported takes them.
#define PH_LONG_LITERALS \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverlength-strings\"")
#define PH_LONG_LITERALS_END _Pragma("GCC diagnostic pop")

// An ELF note with its header; owner and text are padded to four bytes.
#define PH_NOTE(variable, note_type, note_text)                               \
  static const struct {                                                       \
    uint32_t owner_size, text_size, type;                                     \
    char owner[12];                                                           \
    char text[(sizeof(note_text) + 2) / 4 * 4] PH_NOT_TERMINATED;             \
  } variable __attribute__((section(".note.posehost"), used, aligned(4))) = { \
      sizeof(PH_NOTE_OWNER), sizeof(note_text) - 1, note_type, PH_NOTE_OWNER, note_text}

#define PH_COMPONENT_WITH_SCHEMA(prefix, kind, name, doc, create, api, schema)                              \
  PH_LONG_LITERALS                                                                                          \
  PH_NOTE(prefix##_note, PH_NOTE_COMPONENT,                                                                 \
          "{\"kind\":\"" kind "\",\"name\":\"" name "\",\"doc\":\"" doc "\",\"schema\":" schema "}");       \
  PH_HIDDEN extern const ph_component posehost_component_##prefix;                                          \
  const ph_component posehost_component_##prefix = {                                                        \
      sizeof(ph_component), 0, PH_STR(kind), PH_STR(name), PH_STR(doc), PH_STR(schema), create, api, NULL}; \
  PH_LONG_LITERALS_END                                                                                      \
  PH_NEEDS_SEMICOLON
#define POSEHOST_COMPONENT(prefix, kind, name, doc, create, api, ...) \
  PH_COMPONENT_WITH_SCHEMA(prefix, kind, name, doc, create, api, PH_SCHEMA(__VA_ARGS__))
#define POSEHOST_COMPONENT_WITHOUT_ARGS(prefix, kind, name, doc, create, api) \
  PH_COMPONENT_WITH_SCHEMA(prefix, kind, name, doc, create, api, PH_SCHEMA_WITHOUT_ARGS)

#define PH_DECLARE_COMPONENT(prefix) PH_HIDDEN extern const ph_component posehost_component_##prefix;
#define PH_COMPONENT_ADDRESS(prefix) &posehost_component_##prefix,

#define POSEHOST_PLUGIN(id, version, license, author, ...)                                                   \
  PH_FOR_EACH(PH_DECLARE_COMPONENT, __VA_ARGS__)                                                             \
  static const ph_component *const posehost_components[] = {PH_FOR_EACH(PH_COMPONENT_ADDRESS, __VA_ARGS__)}; \
  PH_NOTE(posehost_note, PH_NOTE_PLUGIN,                                                                     \
          "{\"abi\":[" PH_TEXT(PH_ABI_MAJOR) "," PH_TEXT(PH_ABI_MINOR) "],\"min_host_minor\":" PH_TEXT(      \
              POSEHOST_TARGET_MINOR) ",\"must_understand\":0,\"id\":\"" id "\",\"version\":\"" version       \
                                     "\",\"license\":\"" license "\",\"author\":\"" author                   \
                                     "\",\"libraries\":\"" POSEHOST_LIBRARIES                                \
                                     "\",\"components\":" PH_TEXT(PH_COUNT(__VA_ARGS__)) "}");               \
  const ph_plugin *posehost_plugin_query_v0(void) {                                                          \
    static const ph_plugin plugin = {sizeof(ph_plugin),                                                      \
                                     0,                                                                      \
                                     PH_ABI_MAJOR,                                                           \
                                     PH_ABI_MINOR,                                                           \
                                     POSEHOST_TARGET_MINOR,                                                  \
                                     0,                                                                      \
                                     0,                                                                      \
                                     PH_STR(id),                                                             \
                                     PH_STR(version),                                                        \
                                     PH_STR(license),                                                        \
                                     PH_STR(author),                                                         \
                                     PH_STR(POSEHOST_LIBRARIES),                                             \
                                     posehost_components,                                                    \
                                     PH_COUNT(__VA_ARGS__)};                                                 \
    return &plugin;                                                                                          \
  }                                                                                                          \
  PH_NEEDS_SEMICOLON

#endif  // POSEHOST_PLUGIN_H
