// SPDX-License-Identifier: MIT
//
// Drafts: parts of the ABI that have not been proven yet. abi.h never includes this file, a host may lack
// any of it, and a draft may change or go with any minor version; one that is promoted keeps its id. Each
// is an extension of a component (ph_component.get_extension), so that a plugin with drafts is a plain
// plugin to a host without.
//
// None of this has run on a GPU yet: the source of a rule has been compiled for GPUs and run on an
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

#ifdef __cplusplus
}
#endif
#endif  // POSEHOST_ABI_DRAFT_H
