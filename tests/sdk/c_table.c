// A plugin in C with every kind of row, linked into the test program.
#include <posehost/plugin.h>

#define ALL_ARGS                                                                                       \
  (FLAG, off, DEFAULT(false), , "d"), (FLAG, on, DEFAULT(true), , "d"), (FLAG, must, REQUIRED, , "d"), \
      (INTEGER, n, DEFAULT(3), PH_ABOVE(0), "d"),                                                      \
      (TEXT, mode, DEFAULT("exp"), PH_ONE_OF("linear", "exp"), "d"),                                   \
      (NUMBER, x, REQUIRED, PH_AT_MOST(2.5), "d"), (HYPER, eps, DEFAULT(1e-8), PH_AT_LEAST(0), "d")
PH_DEFINE_ARGS(all, ALL_ARGS);
PH_DEFINE_HYPERS(all, ALL_ARGS);

#define ONE_ARG (FLAG, one, DEFAULT(false), , "d")

struct all_args all_seen;
const ph_hyper *const *const all_seen_hypers = all_hypers;
const int all_seen_n_hypers = all_n_hypers;

static int32_t create(const ph_host *host, const ph_config *config, void **self) {
  *self = &all_seen;
  if (all_read_args(config, &all_seen) != PH_OK)
    return ph_fail(host, PH_ERR_INVALID_ARGUMENT, "an argument is missing");
  return PH_OK;
}
static void destroy(void *self) { (void)self; }
static double value(const void *self, const ph_schedule_point *at) {
  (void)self;
  return at->base;
}
static const ph_schedule_api api = {.size = sizeof api, .destroy = destroy, .value = value};

POSEHOST_COMPONENT(all, PH_KIND_SCHEDULE, "All", "every kind", create, &api, ALL_ARGS);
POSEHOST_COMPONENT(one, PH_KIND_SCHEDULE, "One", "one row", create, &api, ONE_ARG);
POSEHOST_COMPONENT_WITHOUT_ARGS(none, PH_KIND_SCHEDULE, "None", "no row", create, &api);
POSEHOST_PLUGIN("test.c_table", "1.2.3", "MIT", "author", all, one, none);
