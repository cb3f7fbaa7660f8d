// NewPlugin: stochastic gradient descent with momentum, a rule to begin with. Change range().
#include <posehost/plugin.h>
#include <stdlib.h>

#define MY_ARGS                                                                            \
  (LR, lr, REQUIRED, PH_AT_LEAST(0), "step size"),                                         \
      (MOMENTUM, momentum, DEFAULT(0.9), PH_AT_LEAST(0) PH_BELOW(1), "share kept a step"), \
      (WEIGHT_DECAY, weight_decay, DEFAULT(0.0), PH_AT_LEAST(0), "L2 penalty")
PH_DEFINE_ARGS(my, MY_ARGS);    // struct my_args, my_read_args()
PH_DEFINE_HYPERS(my, MY_ARGS);  // my_hypers, my_n_hypers: the rows with a role

struct state {
  const ph_host *host;
};

static int32_t create(const ph_host *host, const ph_config *config, void **self) {
  struct my_args args;
  const int32_t status = my_read_args(config, &args);
  if (status != PH_OK) return status;
  struct state *state = malloc(sizeof *state);
  if (state == NULL) return ph_fail(host, PH_ERR_OUT_OF_MEMORY, "out of memory");
  state->host = host;
  *self = state;
  return PH_OK;
}

// State per element, which the host allocates, saves and loads under this name.
static int32_t slots(const void *self, ph_slots *out) {
  (void)self;
  // Like the parameter in type and shape, zeros at first: that is what 0 means everywhere else.
  static const ph_slot buffer = {.size = sizeof buffer, .name = PH_STR("momentum_buffer")};
  static const ph_slot *const list[] = {&buffer};
  const ph_slots all = {.size = sizeof all, .slots = list, .n_slots = 1};
  ph_write_struct(out, &all, sizeof all);
  return PH_OK;
}

// What is equal for all elements: here the hyper-parameters as they are.
static int32_t scalars(const void *self, const ph_scalars_args *args) {
  (void)self;
  for (int i = 0; i < my_n_hypers; ++i) args->out[i] = args->hyper[i];
  return PH_OK;
}

// One element at a time; called on several threads at once, for different spans.
#define DEFINE_RANGE(real, name)                                                                  \
  static void name(const ph_range_args *args) {                                                   \
    const real lr = (real)args->scalars[0], momentum = (real)args->scalars[1];                    \
    const real decay = (real)args->scalars[2];                                                    \
    for (int64_t i = 0; i < args->n_spans; ++i) {                                                 \
      const ph_span *span = (const ph_span *)((const char *)args->spans + i * args->span_stride); \
      real *restrict p = span->param, *restrict m = span->slot[0];                                \
      const real *restrict g = span->grad;                                                        \
      for (int64_t k = 0; k < span->numel; ++k) {                                                 \
        m[k] = momentum * m[k] + (g[k] + decay * p[k]);                                           \
        p[k] -= lr * m[k];                                                                        \
      }                                                                                           \
    }                                                                                             \
  }
DEFINE_RANGE(float, range_float)
DEFINE_RANGE(double, range_double)

static int32_t range(const void *self, const ph_range_args *args) {
  const struct state *state = self;
  if (args->device_type != PH_DEVICE_CPU || args->dtype.code != PH_DTYPE_FLOAT || args->dtype.bits < 32)
    return ph_fail(state->host, PH_ERR_UNSUPPORTED, "expected 32-bit or 64-bit floats on the CPU");
  if (args->dtype.bits == 32)
    range_float(args);
  else
    range_double(args);
  return PH_OK;
}

static const ph_optimizer_api api = PH_ELEMENTWISE(my, my_n_hypers, free, slots, scalars, range);

POSEHOST_COMPONENT(my, PH_KIND_OPTIMIZER, "NewPlugin", "SGD with momentum", create, &api, MY_ARGS);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", my);
