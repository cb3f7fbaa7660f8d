// SPDX-License-Identifier: MIT
//
// The posehost plugin ABI, version 0.9. Everything that crosses the border between the host and a
// plugin is in this file: C structs, UTF-8 strings as (pointer, length), fixed-width numbers.
// Compiles as C11 and as C++11. Platform: Linux x86-64, glibc.
//
// How to read it
//   [main]    called on the thread that runs the training loop
//   [step]    called on one thread at a time, not always the same one
//   [worker]  called on several threads at once, for different arguments
//   [any]     any of these
//   Every function says who calls it, on which thread, who owns what, and how it fails. A function
//   or field without a "since" is there since 0.9.
//
// Rules that hold for every call
//   * Ownership. Pointers passed to a function are borrowed until it returns, unless it says
//     otherwise. Nothing allocated on one side is freed on the other, except by a paired destroy.
//   * Failure. int32_t results are PH_OK or one of PH_ERR_*; a callee that fails calls
//     host->set_error() first, once. No exception, longjmp, exit, signal, fork, chdir, setlocale or
//     change of the floating-point mode may leave a call.
//   * Growth. Every struct and table begins with {size, rev} and only ever grows at its end: `size`
//     is the number of bytes its maker knew, `rev` the revision of this struct that its maker
//     follows. A reader copies min(size, its own sizeof) into a zeroed struct of its own, so a
//     field that its maker did not know reads as 0 or NULL. ph_span is the exception: it is an
//     element of a strided array, and the table that carries it has the stride.
//   * Output structs. The caller sets size (its capacity) and rev; the callee writes no byte beyond
//     that capacity and sets size and rev to what it honoured.
//   * A NULL function pointer means "absent". It is allowed only where the comment says so.
//   * A plugin imports no symbol from the host. Everything it may call is in a table given to it.
#ifndef POSEHOST_ABI_H
#define POSEHOST_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// ---------------------------------------------------------------------------------------------
// Version
// ---------------------------------------------------------------------------------------------

// The version of this header. While the major version is 0, a host accepts plugins built with the
// same major version and a min_host_minor up to its own minor version.
#define PH_ABI_MAJOR 0
#define PH_ABI_MINOR 9

// The oldest host that the plugin being compiled is to load on. Fields that are newer are hidden,
// so that using one by accident is a compile error. Define it before including to raise it.
#ifndef POSEHOST_TARGET_MINOR
#define POSEHOST_TARGET_MINOR 9
#endif
#if POSEHOST_TARGET_MINOR < 9 || POSEHOST_TARGET_MINOR > PH_ABI_MINOR
#error "POSEHOST_TARGET_MINOR must lie between 9 and PH_ABI_MINOR of this header"
#endif

// No struct or table may claim to be larger than this; a host refuses one that does.
#define PH_MAX_STRUCT_SIZE 65536u

// ---------------------------------------------------------------------------------------------
// Basics
// ---------------------------------------------------------------------------------------------

// UTF-8 text, not terminated. {NULL, 0} is the empty string.
typedef struct ph_str {
  const char *data;
  int64_t len;  // bytes
} ph_str;

// Results. The list may grow; an unknown code is a failure.
#define PH_OK 0
#define PH_ERR_INVALID_ARGUMENT 1  // the config or an argument is wrong: the user can repair it
#define PH_ERR_UNSUPPORTED 2       // well-formed, but not something this component does
#define PH_ERR_OUT_OF_MEMORY 3
#define PH_ERR_NOT_FOUND 4  // a name that does not exist here
#define PH_ERR_IO 5         // a file or the network
#define PH_ERR_FAILED 6     // anything else

// Log levels.
#define PH_LOG_DEBUG 0
#define PH_LOG_INFO 1
#define PH_LOG_WARNING 2
#define PH_LOG_ERROR 3

// Element types: code and bits as in DLPack's DLDataType, by value.
#define PH_DTYPE_INT 0
#define PH_DTYPE_UINT 1
#define PH_DTYPE_FLOAT 2
#define PH_DTYPE_BFLOAT 4
#define PH_DTYPE_BOOL 6
typedef struct ph_dtype {
  uint8_t code;    // PH_DTYPE_*
  uint8_t bits;    // 8, 16, 32, 64
  uint16_t lanes;  // 1
} ph_dtype;

// Device types: DLPack's DLDeviceType, by value.
#define PH_DEVICE_CPU 1
#define PH_DEVICE_CUDA 2

// Where a callee writes text or bytes of any length. Made by the host, borrowed for the call.
typedef struct ph_sink {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // Appends `len` bytes, which are copied. [thread of the call that got the sink] [never fails]
  void (*write)(void *ctx, const char *data, int64_t len);
} ph_sink;

// ---------------------------------------------------------------------------------------------
// Host: what an instance may call. One per instance, made by the host, valid from create() until
// destroy() has returned.
// ---------------------------------------------------------------------------------------------

typedef struct ph_host {
  uint32_t size;
  uint32_t rev;
  uint32_t abi_major;  // version of the host
  uint32_t abi_minor;
  void *ctx;  // first argument of the functions below

  // Text for the status that the current call is about to return. `msg` says what was found and
  // what was expected, in one line; the host adds plugin, component and place in the config. It is
  // copied. The last call before the return wins. [any] [never fails]
  void (*set_error)(void *ctx, int32_t code, const char *msg, int64_t len);

  // One line for the host's log. The host puts the component's name before all but PH_LOG_INFO, so
  // that what a logger reports stands as it is. Control characters other than tab become blanks.
  // Copied. [any] [never fails]
  void (*log)(void *ctx, int32_t level, const char *msg, int64_t len);

  // A table that begins {size, rev}, or NULL if this host has no such service. `id` is
  // "posehost.<name>/<revision>". The table lives as long as this struct. [any] [never fails]
  const void *(*get_service)(void *ctx, ph_str id);
} ph_host;

// ---------------------------------------------------------------------------------------------
// Services: tables that get_service() gives. A host may lack any of them. A function that returns a
// status sets no error text: the plugin knows what it wanted.
// ---------------------------------------------------------------------------------------------

// Where numbers are. CPU: everything but the first two fields is 0.
typedef struct ph_place {
  uint32_t size;
  uint32_t rev;
  int32_t device_type;  // PH_DEVICE_*
  int32_t device_id;
  void *stream;  // CUDA: the cudaStream_t to work on (NULL is the default stream)
} ph_place;

// The host's threads. A plugin starts none of its own.
#define PH_SERVICE_PARALLEL "posehost.parallel/0"
typedef struct ph_parallel {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // How many bodies run at once, at most. [any] [never fails]
  int32_t (*threads)(void *ctx);
  // Calls body(user, begin, end) for pieces of [0, n) that cover it once, each of at least `grain`
  // elements but the last, and returns when all have. How it is cut depends on the machine. Called
  // from within a body, it runs on that thread alone. [main, step] [never fails]
  void (*run)(void *ctx, int64_t n, int64_t grain, void (*body)(void *user, int64_t begin, int64_t end),
              void *user);
} ph_parallel;

// Random numbers without a state: the same in a resumed run, for any number of threads.
#define PH_SERVICE_RANDOM "posehost.random/0"
typedef struct ph_random {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // out[i] is number first + i of the sequence that belongs to the run's seed, this component,
  // `purpose` and `iter`: 64 uniform bits each (Philox4x32-10). [any] [never fails]
  void (*bits)(void *ctx, ph_str purpose, int64_t iter, int64_t first, uint64_t *out, int64_t n);
} ph_random;

// Vectors of n numbers of one element type (32- or 64-bit floats), contiguous, on one device. Sums are
// added in an order that does not depend on the number of threads; they are wider than the elements.
// A result in `out` is waited for. [main, step]
#define PH_SERVICE_VECTOR "posehost.vector/0"
typedef struct ph_vector {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  int32_t (*dot)(void *ctx, const ph_place *at, ph_dtype type, int64_t n, const void *x, const void *y,
                 double *out);
  int32_t (*abs_sum)(void *ctx, const ph_place *at, ph_dtype type, int64_t n, const void *x, double *out);
  int32_t (*abs_max)(void *ctx, const ph_place *at, ph_dtype type, int64_t n, const void *x, double *out);
  // y = alpha * x + beta * y; where beta is 0, y is only written.
  int32_t (*axpby)(void *ctx, const ph_place *at, ph_dtype type, int64_t n, double alpha, const void *x,
                   double beta, void *y);
} ph_vector;

// A matrix of numbers. Element (i, j) is at data[i * row_stride + j * col_stride]; one of
// the strides is 1.
typedef struct ph_matrix {
  uint32_t size;
  uint32_t rev;
  void *data;
  int64_t rows;
  int64_t cols;
  int64_t row_stride;  // in elements
  int64_t col_stride;
} ph_matrix;

#define PH_SERVICE_LINALG "posehost.linalg/0"
typedef struct ph_linalg {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // C = alpha * A * B + beta * C; where beta is 0, C is only written. C overlaps neither. Floats of 32 or 64
  // bits; PH_DTYPE_BFLOAT of 16 too, summed in 32, where the place computes with it faster than with 32 bits,
  // PH_ERR_UNSUPPORTED elsewhere: ask with matrices of 0 x 0. [main, step]
  int32_t (*gemm)(void *ctx, const ph_place *at, ph_dtype type, double alpha, const ph_matrix *a,
                  const ph_matrix *b, double beta, const ph_matrix *c);
  // out[i] = sum over row i of a(i, j) to the power 1 or 2; out is contiguous, of the same element
  // type, floats of 32 or 64 bits. Columns: give the transposed matrix. [main, step]
  int32_t (*row_sums)(void *ctx, const ph_place *at, ph_dtype type, const ph_matrix *a, int32_t power,
                      void *out);
} ph_linalg;

// Sums over the processes of a run. On one process everything stays as it is.
#define PH_SERVICE_ALL_REDUCE "posehost.all_reduce/0"
typedef struct ph_all_reduce {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // Replaces each number by its sum over all ranks; every rank has to call it. [main, step]
  int32_t (*sum)(void *ctx, double *values, int64_t n);
} ph_all_reduce;

// ---------------------------------------------------------------------------------------------
// Config: the arguments of one instance, already checked against its schema, defaults filled in.
// Borrowed for the duration of create().
// ---------------------------------------------------------------------------------------------

#define PH_JSON_ABSENT 0  // nothing at that pointer
#define PH_JSON_NULL 1
#define PH_JSON_BOOL 2
#define PH_JSON_INTEGER 3
#define PH_JSON_NUMBER 4  // a number that is no integer
#define PH_JSON_STRING 5
#define PH_JSON_ARRAY 6
#define PH_JSON_OBJECT 7

// `pointer` is a JSON pointer (RFC 6901) such as "/betas/0". The getters return PH_OK,
// PH_ERR_NOT_FOUND (nothing there) or PH_ERR_INVALID_ARGUMENT (another type); they write *out only
// on success and set no error text. Strings live as long as the config.
typedef struct ph_config {
  uint32_t size;
  uint32_t rev;
  const void *ctx;
  ph_str json;                                                         // the whole object as JSON text
  int32_t (*type)(const void *ctx, ph_str pointer);                    // PH_JSON_* [main] [never fails]
  int64_t (*count)(const void *ctx, ph_str pointer);                   // elements or members; else 0 [main]
  int32_t (*get_f64)(const void *ctx, ph_str pointer, double *out);    // integers too [main]
  int32_t (*get_i64)(const void *ctx, ph_str pointer, int64_t *out);   // [main]
  int32_t (*get_bool)(const void *ctx, ph_str pointer, int32_t *out);  // 0 or 1 [main]
  int32_t (*get_str)(const void *ctx, ph_str pointer, ph_str *out);    // [main]
} ph_config;

// ---------------------------------------------------------------------------------------------
// Descriptor: what a plugin file offers. The file exports exactly one symbol, the function at the
// end of this header, which returns a pointer to a constant descriptor.
// ---------------------------------------------------------------------------------------------

#define PH_KIND_OPTIMIZER "posehost.optimizer/0"
#define PH_KIND_SCHEDULE "posehost.schedule/0"
#define PH_KIND_PARAM_GROUPS "posehost.param_groups/0"
#define PH_KIND_HOOK "posehost.hook/0"

typedef struct ph_component {
  uint32_t size;
  uint32_t rev;
  ph_str kind;    // PH_KIND_*; a host skips kinds it does not know
  ph_str name;    // unique in this plugin per kind: [A-Za-z][A-Za-z0-9_]*, at most 64 bytes
  ph_str doc;     // one line
  ph_str schema;  // JSON Schema of the arguments, in the dialect of sdk/README.md

  // Makes an instance. On success *self is passed to every function of `api` and, once, to its
  // destroy; on failure *self is ignored and nothing may be left behind. `host` stays valid until
  // destroy has returned, `config` only for this call. [main]
  int32_t (*create)(const ph_host *host, const ph_config *config, void **self);

  // The table of the kind: ph_optimizer_api, ph_schedule_api, ph_param_groups_api, ph_hook_api.
  const void *api;

  // A table that begins {size, rev} for "posehost.<name>/<revision>", or NULL. The slot itself may
  // be NULL. [any] [never fails]
  const void *(*get_extension)(ph_str id);
} ph_component;

typedef struct ph_plugin {
  uint32_t size;
  uint32_t rev;
  uint32_t built_major;      // PH_ABI_MAJOR and PH_ABI_MINOR of the header it was built with; only
  uint32_t built_minor;      // reported, never a reason to refuse
  uint32_t min_host_minor;   // POSEHOST_TARGET_MINOR; refused by a host whose minor is lower
  uint32_t reserved;         // 0
  uint64_t must_understand;  // bits that a host has to know to use the plugin; none defined yet
  ph_str id;                 // reverse DNS: "com.acme.optimizers"; [a-z0-9_.-], at least one dot, <= 128
  ph_str version;            // "1.2.3"
  ph_str license;            // SPDX expression
  ph_str author;             // may be empty
  ph_str libraries;          // shared libraries it needs beyond libc, libm, ld, libgcc_s: "libcurl.so.4"
                             // names separated by blanks; may be empty
  const ph_component *const *components;
  int64_t n_components;  // 1 to 1024
} ph_plugin;

// ---------------------------------------------------------------------------------------------
// Note: the same facts where they can be read without running code. An ELF note in the section
// ".note.posehost", owner "posehost", holding JSON text without a terminator:
//   one of type PH_NOTE_PLUGIN:    {"abi":[0,9],"min_host_minor":9,"must_understand":0,"id":…,
//                                   "version":…,"license":…,"author":…,"libraries":…,
//                                   "components":<their number>}
//   one of type PH_NOTE_COMPONENT  for each: {"kind":…,"name":…,"doc":…,"schema":{…}}
// The order of the notes means nothing: each source file of a plugin adds its own.
// The host compares them with the descriptor when it loads the file and refuses a difference.
// plugin.h and plugin.hpp write descriptor and notes from one source.
// ---------------------------------------------------------------------------------------------

#define PH_NOTE_OWNER "posehost"
#define PH_NOTE_PLUGIN 1u
#define PH_NOTE_COMPONENT 2u

// ---------------------------------------------------------------------------------------------
// Hyper-parameters: numbers that the host keeps per parameter group and that schedules may change.
// ---------------------------------------------------------------------------------------------

// What a schedule addresses: lr_config drives LR, momentum_config drives MOMENTUM.
#define PH_ROLE_NONE 0
#define PH_ROLE_LR 1
#define PH_ROLE_MOMENTUM 2
#define PH_ROLE_WEIGHT_DECAY 3

#define PH_HYPER_PER_GROUP 1u    // a parameter group may override it
#define PH_HYPER_SCHEDULABLE 2u  // a schedule may change it

typedef struct ph_hyper {
  uint32_t size;
  uint32_t rev;
  ph_str name;     // "lr", "beta1"; unique; used in group overrides, logs and replay files
  ph_str pointer;  // where its initial value stands in the arguments: "/lr", "/betas/0"
  int32_t role;    // PH_ROLE_*; at most one hyper-parameter a role, NONE excepted
  uint32_t flags;  // PH_HYPER_*
} ph_hyper;

// ---------------------------------------------------------------------------------------------
// Optimizer
// ---------------------------------------------------------------------------------------------

// Capabilities: how the host drives the rule. Exactly one of the first four, and MODE where it holds. A
// host refuses a component with a bit that it does not know.
//   ELEMENTWISE  scalars() once for all parameters with equal hyper-parameters and step, then range()
//                for pieces of them in any cut: each element by itself.
//   PASSES       n_passes times: scalars() for each parameter, then range() for its pieces, which may
//                add to n_sums sums; the sums of a pass are given to the scalars() of the next ones. The
//                host adds pieces of a fixed size in a fixed order: the result does not depend on the
//                number of threads. With one pass and no sums: numbers of its own for each parameter.
//   MATRIX       scalars() and update() for each parameter as a whole.
//   CLOSURE      step_all() once for all parameters; it may evaluate the loss again. Refused together
//                with loss scaling and accumulation.
//   MODE         with ELEMENTWISE or PASSES: the weights to evaluate are not those that are trained.
#define PH_OPT_ELEMENTWISE 1u
#define PH_OPT_PASSES 2u
#define PH_OPT_MATRIX 4u
#define PH_OPT_CLOSURE 8u
#define PH_OPT_MODE 16u

// Why scalars() and range() are called.
#define PH_PURPOSE_UPDATE 0
// MODE only: write the weights to evaluate over the parameters, from them and the slots; there is no
// gradient and one pass, slots stay as they are, and `step` counts the updates made. The host keeps the
// training weights and puts them back, byte for byte.
#define PH_PURPOSE_EVAL 1

#define PH_SLOT_AS_PARAM 0  // element type of a slot
#define PH_SLOT_F32 1
#define PH_SLOT_F64 2
#define PH_SLOT_I64 3

#define PH_SLOT_SHAPE_PARAM 0    // like the parameter, in its memory layout
#define PH_SLOT_SHAPE_SCALAR 1   // one element per parameter (PASSES, MATRIX): scalars() may write it
#define PH_SLOT_SHAPE_REDUCED 2  // the parameter's shape with 1 in place of an axis, row-major (MATRIX)
#define PH_SLOT_SHAPE_GLOBAL 3   // `count` elements for all parameters together (CLOSURE); no AS_PARAM

#define PH_SLOT_ZEROS 0  // first content of a slot
#define PH_SLOT_ONES 1
#define PH_SLOT_COPY 2  // a copy of the parameter

// Per-parameter state that the host allocates, saves under `name`, and loads again.
typedef struct ph_slot {
  uint32_t size;
  uint32_t rev;
  ph_str name;       // "exp_avg"; [a-z][a-z0-9_]*, at most 32 bytes; unique in the optimizer
  int32_t dtype;     // PH_SLOT_AS_PARAM …
  int32_t shape;     // PH_SLOT_SHAPE_*
  int32_t init;      // PH_SLOT_ZEROS …; COPY with the parameter's shape only
  uint32_t flags;    // 0
  int64_t count;     // that many tensors, under "<name>.0" …, one after the other in ph_span.slot (MATRIX,
                     // CLOSURE); GLOBAL: elements. 0 is 1.
  int32_t axis;      // REDUCED: counted from the end, -1 is the last
  int32_t min_ndim;  // only parameters of at least so many dimensions have it, else NULL (MATRIX)
  int32_t max_ndim;  // and of at most so many; 0: any
  int32_t reserved;  // 0
} ph_slot;

typedef struct ph_slots {
  uint32_t size;
  uint32_t rev;
  const ph_slot *const *slots;  // owned by the instance, constant until destroy
  int64_t n_slots;              // 0 to 64
} ph_slots;

// The cold facts of one parameter.
typedef struct ph_param {
  uint32_t size;
  uint32_t rev;
  ph_str name;     // "backbone.conv1.weight"
  uint32_t index;  // ph_span.index refers to it
  ph_dtype dtype;
  int32_t device_type;  // PH_DEVICE_*
  int32_t device_id;
  int32_t ndim;
  uint32_t flags;          // 0
  const int64_t *shape;    // ndim elements
  const int64_t *strides;  // ndim elements, in elements
  int64_t numel;           // elements here
  int64_t full_numel;      // elements of the whole parameter; equals numel without sharding
  int64_t shard_offset;    // first element here within the whole one
} ph_param;

typedef struct ph_layout {
  uint32_t size;
  uint32_t rev;
  uint64_t generation;  // grows with each prepare()
  const ph_param *const *params;
  int64_t n_params;
} ph_layout;

// A contiguous piece of one parameter with its gradient and state: the element of a strided array.
typedef struct ph_span {
  void *param;
  const void *grad;  // same element type; NULL = no gradient: leave everything as it is
  int64_t numel;
  int64_t step;       // updates of this parameter so far, this one included: from 1
  void *const *slot;  // one pointer per slot, in the order of slots()
  uint32_t index;     // ph_param.index
  uint32_t flags;     // 0
} ph_span;

typedef struct ph_scalars_args {
  uint32_t size;
  uint32_t rev;
  const double *hyper;  // values, in the order of ph_optimizer_api.hypers
  int64_t n_hyper;
  int64_t step;  // from 1
  double *out;   // n_scalars elements, written by the callee
  int64_t n_out;
  int32_t purpose;  // PH_PURPOSE_*
  int32_t pass;     // PASSES: from 0
  // The rest with PASSES and MATRIX only, where each parameter is asked for by itself.
  uint32_t index;  // ph_param.index
  uint32_t reserved;
  int64_t numel;         // elements of the whole parameter
  const double *sums;    // of this parameter: n_sums of pass 0, then of pass 1, up to the pass before
  const double *totals;  // the same over all parameters that are being updated
  void *const *slot;     // this parameter's slots, as in ph_span; scalar ones may be read and written
} ph_scalars_args;

typedef struct ph_range_args {
  uint32_t size;
  uint32_t rev;
  const ph_span *spans;   // element i is at (const char *)spans + i * span_stride
  int64_t n_spans;        // at least 1; every span has the same step and a gradient
  int64_t span_stride;    // bytes; at least sizeof(ph_span) of the plugin's header
  const double *scalars;  // what scalars() wrote for this step and these hyper-parameters
  int64_t n_scalars;
  ph_dtype dtype;       // of param and grad
  int32_t device_type;  // PH_DEVICE_*; pointers are on that device
  int32_t device_id;
  int32_t reserved;  // 0
  void *stream;      // CUDA: the cudaStream_t to work on (NULL is the default stream)
  int32_t purpose;   // PH_PURPOSE_*
  int32_t pass;      // PASSES: from 0
  double *sums;      // PASSES: n_sums numbers for each span, one span after the other, 0 at first
} ph_range_args;

// Work space for one call: `bytes` bytes, aligned to 64, undefined content, where the parameters are;
// several requests lie beside each other. NULL: no memory. Kept for the next call, so that a rule which
// asks for the same each time allocates nothing after its first. [thread of the call]
typedef struct ph_scratch {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  void *(*get)(void *ctx, int64_t bytes);
} ph_scratch;

typedef struct ph_update_args {
  uint32_t size;
  uint32_t rev;
  const ph_param *param;  // its cold facts; dense in memory, in the order of its strides
  const ph_span *span;    // all of it; has a gradient
  const double *scalars;  // what scalars() wrote for this parameter
  int64_t n_scalars;
  const ph_place *place;
  const ph_scratch *scratch;
} ph_update_args;

typedef struct ph_closure_args {
  uint32_t size;
  uint32_t rev;
  const ph_span *spans;  // one for each parameter, all of it; element i as in ph_range_args
  int64_t n_spans;
  int64_t span_stride;
  const ph_param *const *params;  // their cold facts, in the same order
  const double *const *hyper;     // for each span the values of its group
  int64_t n_hyper;
  void *const *globals;  // the slots with PH_SLOT_SHAPE_GLOBAL, in their order
  int64_t step;          // calls of step_all() so far, this one included: from 1
  double loss;           // at the parameters as they are; its gradients are in `spans`
  const ph_place *place;
  const ph_scratch *scratch;
  void *ctx;
  // Computes loss and gradients anew, from the parameters as they then are and the same samples. The
  // gradients are in `spans` afterwards, perhaps at other addresses; a gradient that is absent (NULL)
  // stands for zeros. [thread of the call]
  int32_t (*evaluate)(void *ctx, double *loss);
} ph_closure_args;

// Gradients arrive unscaled, reduced over ranks and clipped. After the first update nothing here
// may allocate or wait for the device.
typedef struct ph_optimizer_api {
  uint32_t size;
  uint32_t rev;
  uint32_t capabilities;  // PH_OPT_*
  uint32_t reserved;      // 0
  const ph_hyper *const *hypers;
  int64_t n_hypers;   // 1 to 64
  int64_t n_scalars;  // numbers that scalars() writes; 0 to 64

  // Frees the instance. NULL is allowed. No other call may be in flight. [main] [never fails]
  void (*destroy)(void *self);

  // The instance's state, by its arguments. Called once, after create. [main]
  int32_t (*slots)(const void *self, ph_slots *out);

  // Told before the first update and whenever the parameters change. May be NULL. [main]
  int32_t (*prepare)(void *self, const ph_layout *layout);

  // Values that depend on hyper-parameters, step, sums and scalar slots only (bias corrections, step
  // sizes), computed once for all elements. Pure but for scalar slots. NULL with CLOSURE. [step]
  int32_t (*scalars)(const void *self, const ph_scalars_args *args);

  // Updates every element of every span by itself: the result must not depend on how the host cuts
  // parameters into spans (sums excepted), or on the order or number of calls. Pure but for the spans
  // and sums. With PASSES all spans of a call are of one parameter. NULL with MATRIX and CLOSURE.
  // [worker]
  int32_t (*range)(const void *self, const ph_range_args *args);

  int64_t n_passes;  // PASSES: 1 to 8
  int64_t n_sums;    // PASSES: 0 to 16

  // MATRIX: updates one parameter. Pure but for parameter, slots and work space. [step]
  int32_t (*update)(const void *self, const ph_update_args *args);

  // CLOSURE: updates all parameters. Pure but for parameters, slots and work space. [main]
  int32_t (*step_all)(const void *self, const ph_closure_args *args);
} ph_optimizer_api;

// ---------------------------------------------------------------------------------------------
// Schedule: progress in, value of one hyper-parameter out. An instance serves one hyper-parameter
// of all groups; several instances on the same one form a chain, linked by `prev`.
// ---------------------------------------------------------------------------------------------

typedef struct ph_schedule_point {
  uint32_t size;
  uint32_t rev;
  int64_t iter;             // micro-batches trained so far in the run, from 0
  int64_t opt_step;         // optimizer updates so far, from 0
  int64_t epoch;            // training epochs completed, from 0
  int64_t iters_per_epoch;  // batches of one training epoch
  int64_t max_iters;        // of the run
  int64_t max_epochs;       // of the run; 0 when the run is iteration-based
  int32_t by_epoch;         // 1: the run counts in epochs
  int32_t role;             // PH_ROLE_* of the hyper-parameter
  int64_t group;            // index of the parameter group
  double base;              // the group's initial value
  double prev;              // value of the chain before this instance; `base` for the first
  int64_t n_groups;         // parameter groups of the run; 0 where they are not known
} ph_schedule_point;

// Where observed values come from.
#define PH_OBSERVED_EVALUATION 0   // metrics of an evaluation: "AP", "PCK"
#define PH_OBSERVED_VAL_EPOCH 1    // means over a validation epoch of the workflow: "loss", "acc_pose"
#define PH_OBSERVED_TRAIN_EPOCH 2  // means over a training epoch; not in iteration-based runs

// What a run has just measured, all values of one source together. Made by the host; borrowed.
typedef struct ph_observation {
  uint32_t size;
  uint32_t rev;
  int32_t source;  // PH_OBSERVED_*; a schedule ignores those it does not know
  uint32_t reserved;
  const ph_str *names;
  const double *values;  // may be NaN
  int64_t n;
} ph_observation;

typedef struct ph_schedule_api {
  uint32_t size;
  uint32_t rev;

  // Frees the instance. NULL is allowed. No other call may be in flight. [main] [never fails]
  void (*destroy)(void *self);

  // Refuses arguments that make no sense for a run of this length (a warm-up longer than the run).
  // `run` has iter, opt_step and epoch 0. Called once. May be NULL. [main]
  int32_t (*check)(const void *self, const ph_schedule_point *run);

  // Value at `at`. Pure: a resumed run, a plot and a dry run ask again and must get the same
  // answer. [any] [never fails]
  double (*value)(const void *self, const ph_schedule_point *at);

  // Only of schedules that follow what the run measures, with an argument "monitor": the name of an
  // evaluation's metric, "val/<name>" or "train/<name>"; the host refuses a run that would never
  // measure that. Called after each evaluation, validation epoch and training epoch; `value` may
  // answer differently from then on, and depends on nothing but `at` and what was observed. A failure
  // (no such name) ends the run. No other call is in flight. NULL: it follows nothing. [main]
  int32_t (*observe)(void *self, const ph_observation *seen);

  // What was observed, as bytes that begin with a version of the plugin's own; kept in checkpoints.
  // load_state is called before the first `value` of a resumed run, perhaps with the bytes of an
  // older version; without saved bytes it is not called. All three or none of observe, save_state
  // and load_state are NULL. [main]
  int32_t (*save_state)(const void *self, const ph_sink *out);
  int32_t (*load_state)(void *self, ph_str bytes);
} ph_schedule_api;

// ---------------------------------------------------------------------------------------------
// Parameter groups: decides per parameter which hyper-parameters are overridden, once, before the
// first update. JSON in and out, so that it never has to grow.
//   in:  {"optimizer": {<arguments of the optimizer>}, "hypers": ["lr", …], "compat": "0.29",
//         "params": [{"name", "shape", "numel", "module", "module_class", "is_norm", "is_bias",
//                     "is_depthwise", "is_dcn", "requires_grad", "alias_of": null | name}, …]}
//        parameters in depth-first order of the modules; "module" is the name of the owner
//        "compat" is the version of mmpose that the run follows: "0.13", "0.29", "1.x"
//   out: {"params": [{"name", "overrides": {"<hyper>": number, …}, "freeze": true, "why": text}, …]}
//        one entry per parameter of the input; a missing one has no overrides; "freeze" may be absent
// ---------------------------------------------------------------------------------------------

typedef struct ph_param_groups_api {
  uint32_t size;
  uint32_t rev;
  void (*destroy)(void *self);                                           // as above [main] [never fails]
  int32_t (*build)(const void *self, ph_str input, const ph_sink *out);  // [main]
} ph_param_groups_api;

// ---------------------------------------------------------------------------------------------
// Hook: called at stages of the run, in the order of priority, then of registration.
// ---------------------------------------------------------------------------------------------

// mmcv's stages. BEFORE_EPOCH and AFTER_EPOCH come once, around an iteration-based run (mmcv calls
// the generic forms there); epoch-based runs have the TRAIN and VAL forms.
#define PH_STAGE_BEFORE_RUN 0
#define PH_STAGE_BEFORE_EPOCH 1
#define PH_STAGE_BEFORE_TRAIN_EPOCH 2
#define PH_STAGE_BEFORE_TRAIN_ITER 3
#define PH_STAGE_AFTER_TRAIN_ITER 4
#define PH_STAGE_AFTER_TRAIN_EPOCH 5
#define PH_STAGE_BEFORE_VAL_EPOCH 6
#define PH_STAGE_BEFORE_VAL_ITER 7
#define PH_STAGE_AFTER_VAL_ITER 8
#define PH_STAGE_AFTER_VAL_EPOCH 9
#define PH_STAGE_AFTER_EPOCH 10
#define PH_STAGE_AFTER_RUN 11
// Beyond mmcv: gradients are unscaled but not yet clipped; parameters have just been updated; an
// evaluation has ended and its metrics can be read.
#define PH_STAGE_BEFORE_OPTIMIZER_STEP 12
#define PH_STAGE_AFTER_OPTIMIZER_STEP 13
#define PH_STAGE_AFTER_EVALUATE 14  // saves can be asked for
// Around an evaluation and around the taking of what a checkpoint is to hold, whoever asked for it:
// what is in the parameters after BEFORE_EVALUATE is evaluated, what is in them after BEFORE_SAVE is
// saved under their names. AFTER_SAVE comes also where saving failed, and does not say that the file
// is on disk yet. In these stages neither can be asked for: PH_ERR_UNSUPPORTED.
#define PH_STAGE_BEFORE_EVALUATE 15
#define PH_STAGE_BEFORE_SAVE 16
#define PH_STAGE_AFTER_SAVE 17
#define PH_STAGE_COUNT 18
#define PH_STAGE_BIT(stage) ((uint64_t)1 << (stage))

// Priorities: 0 runs first. The names are mmcv's.
#define PH_PRIORITY_HIGHEST 0
#define PH_PRIORITY_VERY_HIGH 10
#define PH_PRIORITY_HIGH 30
#define PH_PRIORITY_ABOVE_NORMAL 40
#define PH_PRIORITY_NORMAL 50
#define PH_PRIORITY_BELOW_NORMAL 60
#define PH_PRIORITY_LOW 70
#define PH_PRIORITY_VERY_LOW 90
#define PH_PRIORITY_LOWEST 100

#define PH_MODE_TRAIN 0
#define PH_MODE_VAL 1

// A borrowed view of a tensor; valid for the call.
typedef struct ph_tensor {
  uint32_t size;
  uint32_t rev;
  void *data;  // to be read only, but in the hook's own slots or if it declared PH_HOOK_MUTATES
  ph_dtype dtype;
  int32_t device_type;
  int32_t device_id;
  int32_t ndim;
  const int64_t *shape;    // ndim elements
  const int64_t *strides;  // ndim elements, in elements
} ph_tensor;

// A file to write: model, and unless asked otherwise optimizer and hook state, as safetensors.
#define PH_SAVE_OPTIMIZER 1u  // with optimizer and hook state, so that the run can be resumed
#define PH_SAVE_LAST 2u       // then let "last.safetensors" stand for it
typedef struct ph_save_request {
  uint32_t size;
  uint32_t rev;
  ph_str filename;  // "epoch_10.safetensors": a plain name within the work dir
  uint32_t flags;   // PH_SAVE_*
  uint32_t reserved;
  const ph_str *remove;  // plain names to delete once the new file is safely on disk
  int64_t n_remove;
} ph_save_request;

// Receives name and value, in the order in which they are to be logged.
typedef void (*ph_visit_scalar)(void *user, ph_str name, double value);

// Receives name and view of a tensor; both are borrowed for the call, as in ph_run.tensor.
typedef void (*ph_visit_tensor)(void *user, ph_str name, const ph_tensor *tensor);

// A picture of 8 bits a channel, rows from the top.
typedef struct ph_picture {
  uint32_t size;
  uint32_t rev;
  const uint8_t *data;
  int64_t width;  // each side 1 to 16384
  int64_t height;
  int64_t channels;  // 1: grey, 3: RGB, 4: RGBA
  int64_t stride;    // bytes from row to row, at least width * channels
} ph_picture;

// Something for the loggers.
#define PH_PUBLISHED_TEXT 0
#define PH_PUBLISHED_PICTURE 1
typedef struct ph_published {
  uint32_t size;
  uint32_t rev;
  int32_t kind;  // PH_PUBLISHED_*; a hook leaves alone what it does not know
  uint32_t reserved;
  ph_str from;                // qualified name of the component that published it
  ph_str name;                // "samples/heatmaps"
  ph_str text;                // of a text, else empty
  const ph_picture *picture;  // of a picture, else NULL
} ph_published;

// What a hook may read, publish and ask for. Valid for the call that got it. [main]
typedef struct ph_run {
  uint32_t size;
  uint32_t rev;
  void *ctx;

  ph_str work_dir;  // absolute path; exists
  ph_str name;      // start of the names of this run's log files: "20261124_083000"
  int64_t seed;
  int32_t rank;  // 0 and 1 on one process
  int32_t world_size;
  int64_t start_epoch;  // where this process began: 0 unless resumed
  int64_t start_iter;
  int64_t n_groups;  // parameter groups

  // A value of this iteration or of the last evaluation: "loss", "acc_pose", "PCK". PH_OK or
  // PH_ERR_NOT_FOUND. A value that a device holds is waited for.
  int32_t (*scalar)(void *ctx, ph_str name, double *out);

  // Means over the last `window` iterations of the current mode (0: since the epoch began),
  // weighted by samples. Waits for the device.
  int32_t (*averages)(void *ctx, int64_t window, ph_visit_scalar visit, void *user);

  // The metrics of the last evaluation. PH_ERR_NOT_FOUND if there was none yet.
  int32_t (*metrics)(void *ctx, ph_visit_scalar visit, void *user);

  // Current value of a hyper-parameter of a group, by role ("lr", "momentum", "weight_decay") or by
  // name. PH_OK or PH_ERR_NOT_FOUND.
  int32_t (*hyper)(void *ctx, int64_t group, ph_str name, double *out);

  // A tensor by name: "param/<n>", "buffer/<n>", "model/<n>" (either of them), "grad/<n>",
  // "slot/<slot>/<n>" of the optimizer, "hook/<slot>/<n>" of the calling hook, "batch/<key>",
  // "output/<key>". PH_OK or PH_ERR_NOT_FOUND.
  int32_t (*tensor)(void *ctx, ph_str name, ph_tensor *out);

  // Adds a value to this iteration's, to be averaged and logged like a loss. Copied.
  void (*publish_scalar)(void *ctx, ph_str name, double value);

  // Requests, met as soon as the asking hook returns, before the next hook runs. Copied. A request
  // that fails (a full disk) ends the run, or is reported to the log, as the host decides.
  int32_t (*request_save)(void *ctx, const ph_save_request *request);
  int32_t (*request_evaluate)(void *ctx);             // then PH_STAGE_AFTER_EVALUATE
  int32_t (*request_stop)(void *ctx, ph_str reason);  // after this iteration

  // What follows is newer than the first draft of 0.9: NULL on a host that does not have it.

  // Calls `visit` for every tensor whose name begins with `prefix`, which is a kind of tensor() and
  // "/", or longer: "param/", "hook/ema/backbone.". Of one kind they come in the order of the model.
  // PH_OK, also for none; PH_ERR_NOT_FOUND for a kind that does not exist.
  int32_t (*visit_tensors)(void *ctx, ph_str prefix, ph_visit_tensor visit, void *user);

  // to = a * to + b * from, for all tensors below the prefix `to` ("hook/ema/") with those of the same
  // rest of name below `from` ("param/"), on their device, in `to`'s element type; a == 0 makes
  // to = b * from whatever `to` holds. A tensor of integers takes `from`'s value where b is not 0.
  // PH_ERR_NOT_FOUND where `from` lacks one, PH_ERR_UNSUPPORTED where the hook may not write to `to`:
  // its own slots always, others only with PH_HOOK_MUTATES. Changes nothing if it fails.
  int32_t (*combine)(void *ctx, ph_str to, double a, ph_str from, double b);

  // Exchanges the contents of the tensors below two prefixes, matched and permitted likewise.
  int32_t (*swap)(void *ctx, ph_str one, ph_str other);

  // Sets the current value of a hyper-parameter, named as in hyper(); group -1: of all groups. It
  // stands until something sets it again: a schedule of it does in each BEFORE_TRAIN_ITER, at the
  // priority 10 or 30. Not kept in checkpoints. PH_ERR_NOT_FOUND, PH_ERR_INVALID_ARGUMENT (not
  // finite), PH_ERR_UNSUPPORTED without PH_HOOK_MUTATES.
  int32_t (*set_hyper)(void *ctx, int64_t group, ph_str name, double value);

  // Freezes (0) or frees (1) a parameter by its name "backbone.conv1.weight", from the next iteration
  // on: while frozen it has no gradient and is not updated, its state and step stand still. Buffers go
  // on. Not kept in checkpoints: ask again in BEFORE_RUN. PH_ERR_NOT_FOUND for one that the optimizer
  // does not have (the config froze it), PH_ERR_UNSUPPORTED without PH_HOOK_MUTATES.
  int32_t (*set_requires_grad)(void *ctx, ph_str param, int32_t on);

  // For the loggers: handed to each hook with on_publish as soon as the publishing hook returns.
  // Copied. PH_ERR_INVALID_ARGUMENT for a name that is empty or longer than 256 bytes, for a malformed
  // picture, for a text over 1 MiB; PH_ERR_OUT_OF_MEMORY above 256 MiB that wait to be handed on.
  int32_t (*publish_text)(void *ctx, ph_str name, ph_str text);
  int32_t (*publish_picture)(void *ctx, ph_str name, const ph_picture *picture);

  // Weights, optimizer and slots go back to the newest checkpoint of this run that can be resumed
  // from, and every hook but the asking one gets load_state() with what it had kept there. Counters
  // go on; an iteration that has not been stepped yet is left out. Met like a save.
  // PH_ERR_NOT_FOUND: there is no such checkpoint yet. PH_ERR_UNSUPPORTED without PH_HOOK_MUTATES, and
  // around evaluations and saves.
  int32_t (*request_rollback)(void *ctx);
} ph_run;

typedef struct ph_hook_event {
  uint32_t size;
  uint32_t rev;
  int32_t stage;  // PH_STAGE_*
  int32_t mode;   // PH_MODE_*
  // Counters as mmcv's runner has them. `epoch` is the index of the current training epoch, also at
  // AFTER_TRAIN_EPOCH, where that epoch has just ended. `iter` counts the training iterations before
  // the current one, so that at AFTER_TRAIN_ITER the iteration just run is number iter + 1; at
  // AFTER_TRAIN_EPOCH all of them are counted.
  int64_t epoch;            // from 0
  int64_t iter;             // from 0
  int64_t inner_iter;       // index of the batch within its epoch, from 0
  int64_t iters_in_epoch;   // batches of the current epoch (train or val)
  int64_t iters_per_epoch;  // batches of one training epoch
  int64_t max_epochs;       // 0 when the run is iteration-based
  int64_t max_iters;
  int64_t opt_step;  // optimizer updates so far
  int32_t by_epoch;  // 1: the run counts in epochs
  int32_t last;      // 1: nothing of the run follows this stage but AFTER_RUN
  int64_t samples;   // samples of the current batch, 0 outside iterations
  int64_t clock_ns;  // monotonic time at the start of this stage
  const ph_run *run;
} ph_hook_event;

// Writes to tensors that are not its own slots, sets hyper-parameters, freezes, or rolls back.
#define PH_HOOK_MUTATES 1u

typedef struct ph_hook_info {
  uint32_t size;
  uint32_t rev;
  uint64_t stages;   // PH_STAGE_BIT() of each stage it wants
  int32_t priority;  // PH_PRIORITY_* or 0 to 100, unless the config says otherwise
  uint32_t flags;    // PH_HOOK_*
} ph_hook_info;

#define PH_SOURCE_PARAMETERS 1u
#define PH_SOURCE_BUFFERS 2u

// Tensors that a hook owns, one for each parameter or buffer of the model: read and written as
// "hook/<name>/<n>", kept in checkpoints as "@hook/<component>/<name>/<n>". Same shape, type, device
// and memory layout as its source: element i of one is element i of the other. The host allocates
// them before BEFORE_RUN; in a resumed run they hold what was saved, or begin anew where nothing was.
typedef struct ph_hook_slot {
  uint32_t size;
  uint32_t rev;
  ph_str name;      // "ema"; [a-z][a-z0-9_]*, at most 32 bytes; unique in the hook
  uint32_t source;  // PH_SOURCE_* or both
  int32_t init;     // PH_SLOT_ZEROS or PH_SLOT_COPY
} ph_hook_slot;

typedef struct ph_hook_slots {
  uint32_t size;
  uint32_t rev;
  const ph_hook_slot *const *slots;  // owned by the instance, constant until destroy
  int64_t n_slots;                   // 0 to 16
} ph_hook_slots;

typedef struct ph_hook_api {
  uint32_t size;
  uint32_t rev;
  void (*destroy)(void *self);  // as above [main] [never fails]

  // By the instance's arguments. Called once, after create. [main]
  int32_t (*info)(const void *self, ph_hook_info *out);

  // A failure ends the run, naming the hook. [main]
  int32_t (*on_stage)(void *self, const ph_hook_event *event);

  // State to be kept in checkpoints. Both or neither may be NULL. load_state is called before
  // BEFORE_RUN of a resumed run with the bytes that save_state wrote, perhaps by an older version
  // of the plugin. [main]
  int32_t (*save_state)(const void *self, const ph_sink *out);
  int32_t (*load_state)(void *self, ph_str bytes);

  // The tensors that this instance owns. Called once, after info. May be NULL: none. [main]
  int32_t (*slots)(const void *self, ph_hook_slots *out);

  // Something that a hook published, this one included; publishing in here is PH_ERR_UNSUPPORTED. A
  // failure ends the run. May be NULL. [main]
  int32_t (*on_publish)(void *self, const ph_hook_event *event, const ph_published *item);
} ph_hook_api;

// ---------------------------------------------------------------------------------------------
// Entry
// ---------------------------------------------------------------------------------------------

// The single export. Returns the same constant descriptor each time; allocates nothing, starts
// nothing. The number is the major version of the ABI: a host looks for its own and tells a user
// whose plugin has another. [main] [never fails]
#define PH_ENTRY_SYMBOL "posehost_plugin_query_v0"
#define PH_ENTRY_SYMBOL_PREFIX "posehost_plugin_query_v"

#define PH_EXPORT __attribute__((visibility("default")))
typedef const ph_plugin *(*ph_plugin_query_fn)(void);
PH_EXPORT const ph_plugin *posehost_plugin_query_v0(void);

#ifdef __cplusplus
}
#endif
#endif  // POSEHOST_ABI_H
