# For test scripts in bash: a folder of their own that goes away, and checks that say what they saw.
set -euo pipefail
work=$(mktemp -d "${TMPDIR:-/tmp}/posehost-test.XXXXXX")
# Nothing that a test started outlives it, however it ends.
trap 'kill -9 $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

fail() {
  printf 'FAILED: %s\n' "$1" >&2
  [[ -n ${2:-} ]] && printf -- '--- output:\n%s\n' "$2" >&2
  exit 1
}

# run <expected exit status> <command...>: leaves both streams in $output.
run() {
  local expected=$1 status=0
  shift
  output=$("$@" 2>&1) || status=$?
  [[ $status == "$expected" ]] || fail "$* ended with $status, not $expected" "$output"
}

# Of what the last `run` said. Line breaks and indentation count as one blank: CMake wraps messages.
flat() { tr -s ' \n' ' ' <<<"$output"; }
expect() { [[ $(flat) == *"$1"* ]] || fail "not said: $1" "$output"; }
expect_not() { [[ $(flat) != *"$1"* ]] || fail "said: $1" "$output"; }
