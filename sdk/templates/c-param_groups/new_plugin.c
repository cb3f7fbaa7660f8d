// NewPlugin: no weight decay for norms and biases, another learning rate for biases; a rule to begin
// with. Change put_overrides(). What comes in and goes out is described at ph_param_groups_api in abi.h.
#include <posehost/json.h>
#include <posehost/plugin.h>
#include <stdio.h>

#define MY_ARGS                                                                                  \
  (NUMBER, bias_lr_mult, DEFAULT(1.0), PH_AT_LEAST(0), "factor of the learning rate of biases"), \
      (FLAG, decay_norms, DEFAULT(false), , "whether norms have weight decay too")
PH_DEFINE_ARGS(my, MY_ARGS);  // struct my_args, my_read_args()

static int32_t create(const ph_host *host, const ph_config *config, void **self) {
  struct my_args *args = malloc(sizeof *args);
  if (args == NULL) return ph_fail(host, PH_ERR_OUT_OF_MEMORY, "out of memory");
  const int32_t status = my_read_args(config, args);
  if (status != PH_OK) {
    free(args);
    return status;
  }
  *self = args;
  return PH_OK;
}

static void put(const ph_sink *out, const char *text) { out->write(out->ctx, text, (int64_t)strlen(text)); }

// The overrides of one parameter, as JSON, and the reason, which a dry run shows.
static void put_overrides(const struct my_args *args, ph_json input, ph_json param, const ph_sink *out) {
  const bool bias = ph_json_true(ph_json_get(param, "is_bias"));
  const bool norm = ph_json_true(ph_json_get(param, "is_norm"));
  const ph_json hypers = ph_json_get(input, "hypers");
  const char *comma = "";
  put(out, ",\"overrides\":{");
  if (bias && !norm && ph_json_has(hypers, "lr")) {
    const double lr = ph_json_number(ph_json_get(ph_json_get(input, "optimizer"), "lr"), 0);
    char text[64];
    snprintf(text, sizeof text, "\"lr\":%.17g", lr * args->bias_lr_mult);
    put(out, text);
    comma = ",";
  }
  if ((bias || (norm && !args->decay_norms)) && ph_json_has(hypers, "weight_decay")) {
    put(out, comma);
    put(out, "\"weight_decay\":0");
  }
  put(out, "},\"why\":\"");
  put(out, norm ? "norm" : bias ? "bias" : "neither norm nor bias");
  put(out, "\"}");
}

static int32_t build(const void *self, ph_str text, const ph_sink *out) {
  const ph_json input = ph_json_text(text);
  const char *before = "{\"params\":[";
  for (ph_json_iter it = ph_json_each(ph_json_get(input, "params")); ph_json_next(&it);) {
    const ph_str name = ph_json_raw(ph_json_get(it.value, "name"));
    put(out, before);
    put(out, "{\"name\":");
    out->write(out->ctx, name.data, name.len);
    put_overrides(self, input, it.value, out);
    before = ",";
  }
  put(out, *before == ',' ? "]}" : "{\"params\":[]}");
  return PH_OK;
}

static const ph_param_groups_api api = {.size = sizeof api, .destroy = free, .build = build};

POSEHOST_COMPONENT(my, PH_KIND_PARAM_GROUPS, "NewPlugin", "no weight decay for norms and biases", create,
                   &api, MY_ARGS);
POSEHOST_PLUGIN("org.example.new_plugin", "0.1.0", "MIT", "", my);
