// NewPlugin: logs a running mean of the loss as "loss_smooth"; a hook to begin with. Change on_stage().
#include <posehost/plugin.h>
#include <stdlib.h>

#define MY_ARGS \
  (NUMBER, keep, DEFAULT(0.9), PH_AT_LEAST(0) PH_BELOW(1), "share of the mean that an iteration keeps")
PH_DEFINE_ARGS(my, MY_ARGS);  // struct my_args, my_read_args()

// What checkpoints keep; this machine's byte order, which is the only one that posehost runs on.
struct kept {
  double mean;
  int64_t iters;
};
struct state {
  const ph_host *host;
  struct my_args args;
  struct kept kept;
};

static int32_t create(const ph_host *host, const ph_config *config, void **self) {
  struct state *state = calloc(1, sizeof *state);
  if (state == NULL) return ph_fail(host, PH_ERR_OUT_OF_MEMORY, "out of memory");
  state->host = host;
  const int32_t status = my_read_args(config, &state->args);
  if (status != PH_OK) {
    free(state);
    return status;
  }
  *self = state;
  return PH_OK;
}

// The stages it is called for, and its place among the hooks.
static int32_t info(const void *self, ph_hook_info *out) {
  (void)self;
  const ph_hook_info all = {
      .size = sizeof all, .stages = PH_STAGE_BIT(PH_STAGE_AFTER_TRAIN_ITER), .priority = PH_PRIORITY_NORMAL};
  ph_write_struct(out, &all, sizeof all);
  return PH_OK;
}

static int32_t on_stage(void *self, const ph_hook_event *event) {
  struct state *state = self;
  if (event->stage != PH_STAGE_AFTER_TRAIN_ITER) return PH_OK;
  const ph_run *run = event->run;
  double loss = 0;
  const int32_t status = run->scalar(run->ctx, (ph_str)PH_STR("loss"), &loss);
  if (status == PH_ERR_NOT_FOUND) return PH_OK;
  if (status != PH_OK) return ph_fail(state->host, status, "the loss cannot be read");
  struct kept *kept = &state->kept;
  kept->mean = kept->iters == 0 ? loss : state->args.keep * kept->mean + (1 - state->args.keep) * loss;
  ++kept->iters;
  run->publish_scalar(run->ctx, (ph_str)PH_STR("loss_smooth"), kept->mean);
  return PH_OK;
}

static int32_t save_state(const void *self, const ph_sink *out) {
  const struct state *state = self;
  out->write(out->ctx, (const char *)&state->kept, sizeof state->kept);
  return PH_OK;
}

static int32_t load_state(void *self, ph_str bytes) {
  struct state *state = self;
  if (bytes.len != (int64_t)sizeof state->kept)
    return ph_fail(state->host, PH_ERR_INVALID_ARGUMENT, "the state in the checkpoint is of another size");
  memcpy(&state->kept, bytes.data, sizeof state->kept);
  return PH_OK;
}

static const ph_hook_api api = {.size = sizeof api,
                                .destroy = free,
                                .info = info,
                                .on_stage = on_stage,
                                .save_state = save_state,
                                .load_state = load_state};

POSEHOST_COMPONENT(my, PH_KIND_HOOK, "NewPlugin", "logs a running mean of the loss", create, &api, MY_ARGS);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", my);
