#!/bin/bash
# mistakes.sh <include folder> <compiler> : mistakes in a plugin's tables do not compile, and the
# compiler's output contains the words that say why.
set -uo pipefail
include=$1
compiler=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# A schedule with $1 as its component and $2 as its table; $3 as what stands at the end.
plugin() {
  cat > "$work/one.cpp" <<CPP
#include <posehost/schedule.hpp>
struct S final : ph::Schedule {
  static constexpr auto info = $1;
  static constexpr auto args = ph::args($2);
  double value(const ph::SchedulePoint& at) const noexcept override { return at.base; }
};
POSEHOST_COMPONENT(S);
$3
CPP
}
compile() { "$compiler" -std=c++17 -fsyntax-only -I"$include" "$work/one.cpp" > "$work/out" 2>&1; }

good_info='ph::component("S", "doc")'
good_end='POSEHOST_PLUGIN("a.b", "1.0.0", "MIT", "", S);'
refused() {  # words, then the plugin
  local words=$1
  shift
  plugin "$@"
  if compile; then
    echo "FAILED: compiles, expected \"$words\": $*"
    failed=1
  elif ! grep -qF "$words" "$work/out"; then
    echo "FAILED: no \"$words\" in the output for: $*"
    cat "$work/out"
    failed=1
  fi
}
argument() { refused "$1" "$good_info" "$2" "$good_end"; }

plugin "$good_info" 'ph::arg<double>("a", 0.5, ph::range(0, 1), "doc")' "$good_end"
compile || { echo "FAILED: the plugin without a mistake does not compile"; cat "$work/out"; failed=1; }

argument 'default is out of bounds' 'ph::arg<double>("a", 2.0, ph::range(0, 1), "doc")'
argument 'default is out of bounds' 'ph::arg<std::int64_t>("a", 0, ph::above(0), "doc")'
argument 'element of the default is out of bounds' 'ph::arg<std::array<double, 2>>("a", ph::list(0.5, 1), ph::below(1), "doc")'
argument 'not one of the choices' 'ph::arg<std::string>("a", "c", ph::one_of("a", "b"), "doc")'
argument 'needs one line of documentation' 'ph::arg<double>("a", 2.0)'
argument 'name of an argument' 'ph::arg<double>("a b", 2.0, "doc")'
argument 'two arguments of one name' 'ph::arg<double>("a", 2.0, "doc"), ph::arg<bool>("a", true, "doc")'
argument 'ph::null needs' 'ph::arg<double>("a", ph::null, "doc")'
argument 'no short decimal form' 'ph::arg<double>("a", 1e-30, "doc")'
argument 'can be a hyper-parameter' 'ph::arg<bool>("a", true, ph::role::lr, "doc")'
argument 'beyond the end' 'ph::arg<std::array<double, 2>>("a", ph::list(1, 2), ph::element(2, "x"), "doc")'
argument 'fragment is not' 'ph::raw_arg("a", "[]", "doc")'
refused 'name of a component' 'ph::component("1S", "doc")' '' "$good_end"
refused 'one line of documentation' 'ph::component("S", "")' '' "$good_end"
refused 'id of a plugin' "$good_info" '' 'POSEHOST_PLUGIN("plain", "1.0.0", "MIT", "", S);'
refused 'version of a plugin' "$good_info" '' 'POSEHOST_PLUGIN("a.b", "1", "MIT", "", S);'
exit $failed
