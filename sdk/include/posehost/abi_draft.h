// SPDX-License-Identifier: MIT
//
// Drafts: parts of the ABI that have not been proven yet. abi.h never includes this file, a host may lack
// any of it, and a draft may change or go with any minor version; one that is promoted keeps its id. Each
// is an extension of a component (ph_component.get_extension), so that a plugin with drafts is a plain
// plugin to a host without, or a service (ph_host.get_service), which is NULL in a host without.
//
// No kernel of this has run on a GPU yet: the source of a rule has been compiled for GPUs and run on an
// emulated grid, no more.
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

#ifdef __cplusplus
}
#endif
#endif  // POSEHOST_ABI_DRAFT_H
