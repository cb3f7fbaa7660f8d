// NewPlugin: linear rise, then a decay that slows down; a schedule to begin with. Change value().
#include <posehost/plugin.h>
#include <stdio.h>
#include <stdlib.h>

#define MY_ARGS                                                                    \
  (INTEGER, rise_iters, DEFAULT(10), PH_AT_LEAST(0), "iterations of linear rise"), \
      (NUMBER, decay, DEFAULT(0.01), PH_AT_LEAST(0), "the value halves after 1 / decay more")
PH_DEFINE_ARGS(my, MY_ARGS);  // struct my_args, my_read_args()

struct state {
  const ph_host *host;
  struct my_args args;
};

static int32_t create(const ph_host *host, const ph_config *config, void **self) {
  struct state *state = malloc(sizeof *state);
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

// Once, before the run: what makes no sense for a run of this length.
static int32_t check(const void *self, const ph_schedule_point *run) {
  const struct state *state = self;
  if (state->args.rise_iters <= run->max_iters) return PH_OK;
  char text[128];
  snprintf(text, sizeof text, "rise_iters is %lld; expected at most %lld, the length of the run",
           (long long)state->args.rise_iters, (long long)run->max_iters);
  return ph_fail(state->host, PH_ERR_INVALID_ARGUMENT, text);
}

// Any thread, in any order: a resumed run and a plot must get the same answer.
static double value(const void *self, const ph_schedule_point *at) {
  const struct state *state = self;
  const double iter = (double)at->iter, rise = (double)state->args.rise_iters;
  if (iter < rise) return at->base * (iter + 1) / rise;
  return at->base / (1 + state->args.decay * (iter - rise));
}

static const ph_schedule_api api = {.size = sizeof api, .destroy = free, .check = check, .value = value};

POSEHOST_COMPONENT(my, PH_KIND_SCHEDULE, "NewPlugin", "linear rise, then a decay that slows down", create,
                   &api, MY_ARGS);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", my);
