// SPDX-License-Identifier: MIT
// Stochastic gradient descent with momentum and L2 weight decay, in plain C.
#include <posehost/plugin.h>
#include <stdlib.h>

#define SGD_ARGS                                                                                       \
  (LR, lr, REQUIRED, PH_AT_LEAST(0), "step size"),                                                     \
      (MOMENTUM, momentum, DEFAULT(0.0), PH_AT_LEAST(0) PH_BELOW(1), "share of the last step kept"),   \
      (WEIGHT_DECAY, weight_decay, DEFAULT(0.0), PH_AT_LEAST(0), "L2 penalty, added to the gradient"), \
      (FLAG, nesterov, DEFAULT(false), , "look ahead along the momentum")
PH_DEFINE_ARGS(sgd, SGD_ARGS);    // struct sgd_args, sgd_read_args()
PH_DEFINE_HYPERS(sgd, SGD_ARGS);  // sgd_hypers: lr, momentum, weight_decay

struct sgd {
  const ph_host *host;
  struct sgd_args args;
};

static int32_t create(const ph_host *host, const ph_config *config, void **self) {
  struct sgd *sgd = malloc(sizeof *sgd);
  if (sgd == NULL) return ph_fail(host, PH_ERR_OUT_OF_MEMORY, "out of memory");
  sgd->host = host;
  *self = sgd;
  const int32_t status = sgd_read_args(config, &sgd->args);
  if (status != PH_OK) free(sgd);
  return status;
}

static int32_t slots(const void *self, ph_slots *out) {
  (void)self;
  // Like the parameter in type and shape, zeros at first: that is what 0 means everywhere else.
  static const ph_slot buffer = {.size = sizeof buffer, .name = PH_STR("momentum_buffer")};
  static const ph_slot *const list[] = {&buffer};
  const ph_slots all = {.size = sizeof all, .slots = list, .n_slots = 1};
  ph_write_struct(out, &all, sizeof all);
  return PH_OK;
}

static int32_t scalars(const void *self, const ph_scalars_args *args) {
  (void)self;
  for (int i = 0; i < sgd_n_hypers; ++i) args->out[i] = args->hyper[i];
  return PH_OK;
}

static int32_t range(const void *self, const ph_range_args *args) {
  const struct sgd *sgd = self;
  if (args->dtype.bits != 32 || args->dtype.code != PH_DTYPE_FLOAT || args->device_type != PH_DEVICE_CPU)
    return ph_fail(sgd->host, PH_ERR_UNSUPPORTED, "expected 32-bit floats on the CPU");
  const float lr = (float)args->scalars[0], momentum = (float)args->scalars[1],
              decay = (float)args->scalars[2];
  for (int64_t i = 0; i < args->n_spans; ++i) {
    const ph_span *span = (const ph_span *)((const char *)args->spans + i * args->span_stride);
    float *restrict p = span->param, *restrict m = span->slot[0];
    const float *restrict g = span->grad;
    for (int64_t k = 0; k < span->numel; ++k) {
      const float d = g[k] + decay * p[k];
      m[k] = momentum * m[k] + d;
      p[k] -= lr * (sgd->args.nesterov ? d + momentum * m[k] : m[k]);
    }
  }
  return PH_OK;
}

static const ph_optimizer_api api = PH_ELEMENTWISE(sgd, sgd_n_hypers, free, slots, scalars, range);

POSEHOST_COMPONENT(sgd, PH_KIND_OPTIMIZER, "SgdPlain", "SGD with momentum, in plain C", create, &api,
                   SGD_ARGS);
POSEHOST_PLUGIN("org.example.sgd_c", "1.0.0", "MIT", "", sgd);
