// SPDX-License-Identifier: MIT
//
// Drafts: parts of the ABI that have not been proven yet. abi.h never includes this file, a host may lack
// any of it, and a draft may change or go with any minor version; one that is promoted keeps its id. Each
// is an extension of a component (ph_component.get_extension), a kind of component, or a service
// (ph_host.get_service), so that a plugin with drafts is a plain plugin to a host without: it gives NULL, and skips
// kinds that it does not know.
//
// Kernels have not run on a GPU yet: the source of a rule has been compiled for GPUs and run on an
// emulated grid, no more. Metrics, transforms and the services for runs are used in every run that names them.
#ifndef POSEHOST_ABI_DRAFT_H
#define POSEHOST_ABI_DRAFT_H

#include <posehost/abi.h>

#ifdef __cplusplus
extern "C" {
#endif

// The update of one element as text, for an ELEMENTWISE optimizer: what its range() computes, so that the
// host can compile it for a device. PH_RULE of rule.hpp writes text and range() from one source.
//   Names that the text may use: p and g (parameter and gradient of the element), the states, the scalars,
//   Real (their type), sqrt, fabs, fmin, fmax. It assigns p and states, may change g, and declares what it
//   likes. No names that begin with ph_.
#define PH_EXT_RULE_SOURCE "posehost.rule_source/0"
typedef struct ph_rule_source {
  uint32_t size;
  uint32_t rev;
  ph_str name;     // a C identifier
  ph_str states;   // names of the slots in the order of slots(), separated by ", "; may be empty
  ph_str scalars;  // names of what scalars() writes, in its order, separated by ", "
  ph_str body;     // statements
  ph_str file;     // where the body stands, for the compiler's messages; may be empty
  int32_t line;
  int32_t reserved;  // 0
} ph_rule_source;

// The same for closed source: a cubin or fatbin with a kernel that takes what the generated one takes,
//   extern "C" __global__ void <kernel>(const ph_kernel_chunk *chunks, <struct of scalars, by value>)
// on a grid of one block for each chunk.
#define PH_EXT_RULE_BINARY "posehost.rule_binary/0"
typedef struct ph_rule_binary {
  uint32_t size;
  uint32_t rev;
  ph_str kernel;
  const void *image;  // constant, owned by the plugin
  int64_t image_size;
  ph_dtype dtype;  // of parameters and scalars
} ph_rule_binary;

// A piece of a parameter as a kernel gets it; pointers are the device's.
typedef struct ph_kernel_chunk {
  void *param;
  const void *grad;
  void *slot[8];
  int64_t numel;
} ph_kernel_chunk;

// Kernels of a plugin's own: loaded and started by the host, so that a plugin links no CUDA. Absent where
// there is no NVIDIA driver. Never run on a GPU yet: the calls have been watched by a stand-in for the driver.
#define PH_SERVICE_CUDA_LAUNCH "posehost.cuda_launch/0"
typedef struct ph_cuda_launch {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // Finds `kernel` in a cubin, fatbin or PTX for the device that the host computes on. The image is borrowed
  // for the call; `*function` stays valid to the end of the process. The driver's compiler runs here for PTX:
  // load once, not in a step. PH_ERR_NOT_FOUND: no such kernel; PH_ERR_UNSUPPORTED: an image that is none, or is
  // for other devices. [main]
  int32_t (*load)(void *ctx, const void *image, int64_t image_size, ph_str kernel, void **function);
  // Starts `grid` (x, y, z) blocks of `block` (x, y, z) threads and returns at once. `stream`: that of the
  // call's ph_place or step; NULL is the default stream. `params` points to as many pointers to arguments as the
  // kernel has; they are copied. PH_ERR_INVALID_ARGUMENT for sizes that the device does not have. What fails
  // while it runs is seen by the host later and ends the run. [main, step]
  int32_t (*launch)(void *ctx, void *function, const uint32_t *grid, const uint32_t *block,
                    uint32_t shared_bytes, void *stream, void *const *params);
} ph_cuda_launch;

// A metric: figures computed from all predictions of a data set, named in `evaluation.metric`.
#define PH_KIND_METRIC "posehost.metric/0"
typedef struct ph_metric_args {
  uint32_t size;
  uint32_t rev;
  int64_t n;            // instances: annotated people, hands, animals; may be 0
  int64_t n_keypoints;  // K, at least 1
  // Pixels of the instance's image, the centre of the top left pixel being (0, 0). All borrowed for the call.
  const float *predicted;       // n x K x 3: x, y, score; NaN where an instance has no prediction
  const float *truth;           // n x K x 2: x, y
  const float *visible;         // n x K: 0 not labelled, else 1
  const double *bbox;           // n x 4: x, y, width, height of the annotated box
  const int64_t *image_id;      // n
  const ph_str *keypoint_name;  // K
  // Gives a figure; name and value are copied. Names of one metric differ. A NaN means: nothing to judge by.
  // PH_ERR_INVALID_ARGUMENT for a name that is empty, not UTF-8, longer than 128 bytes, or given before.
  void *ctx;
  int32_t (*report)(void *ctx, ph_str name, double value);
} ph_metric_args;

typedef struct ph_metric_api {
  uint32_t size;
  uint32_t rev;
  // Frees `self`; NULL is allowed. [main] [never fails]
  void (*destroy)(void *self);
  // Judges; the same figures for the same arguments. At least one figure. [main]
  int32_t (*evaluate)(const void *self, const ph_metric_args *args);
} ph_metric_api;

// A transform: a step of a data pipeline, between the one that cuts the crop (TopDownAffine) and ToTensor.
#define PH_KIND_TRANSFORM "posehost.transform/0"
typedef struct ph_transform_args {
  uint32_t size;
  uint32_t rev;
  // The crop, to be changed in place: `height` rows, `row_bytes` apart, of `width` pixels of `channels` bytes,
  // in the order that the pipeline loaded them in (usually RGB). Its size stays.
  uint8_t *pixels;
  int64_t width, height, channels, row_bytes;
  // K keypoints in pixels of the crop, to be changed with it: x, y; and 0 not labelled, else 1.
  float *joints;
  float *visible;
  int64_t n_keypoints;
  // The next random number in [0, 1), which depends on the run's seed, the epoch, the sample and the place in
  // the pipeline alone: the same for any number of threads, and in a resumed run. The only source of chance
  // that a transform may use. [this call's thread] [never fails]
  void *ctx;
  double (*uniform)(void *ctx);
} ph_transform_args;

typedef struct ph_transform_api {
  uint32_t size;
  uint32_t rev;
  // Frees `self`; NULL is allowed. [main] [never fails]
  void (*destroy)(void *self);
  // Changes one sample. A failure ends the run and names the image. [worker: several at once]
  int32_t (*apply)(const void *self, const ph_transform_args *args);
} ph_transform_api;

// Service: other transforms for the training data from an epoch on. A host that does not train notes them.
#define PH_SERVICE_TRAIN_PIPELINE "posehost.train_pipeline/0"
typedef struct ph_train_pipeline {
  uint32_t size;
  uint32_t rev;
  void *ctx;

  // Samples of `first_epoch` (from 0) and later ones are made by `pipeline`, JSON text: a list of
  // transforms like data.train.pipeline. Of several the one with the latest epoch holds. Only while an
  // instance is created: what an epoch's samples are depends on the config alone, so that a resumed run
  // draws what an unbroken one would have. The host judges the pipeline before the run begins.
  // PH_ERR_INVALID_ARGUMENT: negative epoch, no list. [main]
  int32_t (*set)(void *ctx, int64_t first_epoch, ph_str pipeline);
} ph_train_pipeline;

// Service: where the time of a run goes.
#define PH_SERVICE_PROFILE "posehost.profile/0"
typedef struct ph_profile_span {
  uint32_t size;
  uint32_t rev;
  ph_str who;        // component; empty for the host itself
  ph_str what;       // "waiting for data", "forward", "backward", a stage, …
  int64_t begin_ns;  // monotonic, as ph_hook_event.clock_ns
  int64_t end_ns;
} ph_profile_span;
typedef void (*ph_visit_span)(void *user, const ph_profile_span *span);
typedef struct ph_profile {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // Keeps the next `capacity` (1 to 2^24) spans that end from now on. [main]
  int32_t (*start)(void *ctx, int64_t capacity);
  // Hands over what was kept, in the order of their ends, and keeps no more. Spans lie within one another
  // or apart. [main]
  int32_t (*stop)(void *ctx, ph_visit_span visit, void *user);
} ph_profile;

// Service: what becomes of an iteration that is not to reach the weights. Met as soon as the asking hook
// returns. For hooks with PH_HOOK_MUTATES, in AFTER_TRAIN_ITER at a priority before the optimizer's (40) or
// in BEFORE_OPTIMIZER_STEP; what is asked for elsewhere the host leaves undone, with a warning.
#define PH_SERVICE_UPDATE "posehost.update/0"
typedef struct ph_update {
  uint32_t size;
  uint32_t rev;
  void *ctx;
  // Leaves the update out. The gradients of this iteration are forgotten, with those that wait for the same
  // update; counters go on. Buffers are as the forward pass left them. The host names the batch's files in
  // its log. [main]
  int32_t (*skip)(void *ctx);
  // Ends the run as one whose loss is no number, with the batch's files; `why` is copied. Needs no
  // PH_HOOK_MUTATES, and counts at every stage. [main]
  int32_t (*fail)(void *ctx, ph_str why);
} ph_update;

#ifdef __cplusplus
}
#endif
#endif  // POSEHOST_ABI_DRAFT_H
