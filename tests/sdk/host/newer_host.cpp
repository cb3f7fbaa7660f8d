// newer_host <plugin.so>: the host's own code that loads a plugin and drives it, compiled with the headers of a made-up
// version 0.10 (newer_headers.py), whose structs are longer. Three updates of an "SgdPlain"; prints the parameter's bytes.
#include <posehost/abi.h>

#include <cstdio>
#include <vector>

#include "config/error.hpp"
#include "plugin/declared.hpp"
#include "plugin/instance.hpp"
#include "plugin/library.hpp"

static_assert(PH_ABI_MINOR == 10 && POSEHOST_TARGET_MINOR == 10);
static_assert(sizeof(ph_optimizer_api) > offsetof(ph_optimizer_api, added_b));

namespace {

std::vector<float> updated(const ph::PluginInstance& rule) {
  const auto& api = rule.api<ph_optimizer_api>();
  constexpr std::int64_t n = 1003;
  std::vector<float> param(n), slot(n), grad(n);
  for (std::int64_t i = 0; i < n; ++i)
    param[static_cast<std::size_t>(i)] = static_cast<float>((i * 37) % 101) / 50 - 1;
  for (std::int64_t step = 1; step <= 3; ++step) {
    for (std::int64_t i = 0; i < n; ++i)
      grad[static_cast<std::size_t>(i)] =
          param[static_cast<std::size_t>(n - 1 - i)] / static_cast<float>(step);
    const double hypers[] = {0.1, 0.9, 0.01};
    std::vector<double> numbers(static_cast<std::size_t>(api.n_scalars));
    ph_scalars_args asked{};
    asked.size = sizeof asked;
    asked.step = step;
    asked.hyper = hypers;
    asked.out = numbers.data();
    asked.n_hyper = api.n_hypers;
    asked.n_out = api.n_scalars;
    rule.check(api.scalars(rule.self(), &asked), "scalars");
    void* slots[] = {slot.data()};
    ph_span span{};
    span.param = param.data();
    span.grad = grad.data();
    span.numel = n;
    span.step = step;
    span.slot = slots;
    ph_range_args args{};
    args.size = sizeof args;
    args.dtype = {PH_DTYPE_FLOAT, 32, 1};
    args.device_type = PH_DEVICE_CPU;
    args.scalars = numbers.data();
    args.n_scalars = api.n_scalars;
    args.spans = &span;
    args.n_spans = 1;
    args.span_stride = sizeof span;
    rule.check(api.range(rule.self(), &args), "range");
  }
  return param;
}

}  // namespace

int main(int, char** argv) {
  try {
    const auto library = ph::PluginLibrary::open(argv[1]);
    const ph::PluginInstance rule(library.components().at(0),
                                  ph::Node::parse(R"({"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01})"));
    if (ph::slots_of(rule).size() != 1 || ph::hypers_of(rule).size() != 3) return 4;
    for (const float value : updated(rule)) std::printf("%a ", static_cast<double>(value));
    std::printf("\n");
    return 0;
  } catch (const ph::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
