# For test scripts that start runs and stop them: needs $posehost, $small, $work of check.sh's scripts.

# start <work dir> [argument ...]: a run in the background, its output in <work dir>.out; sets $pid.
start() {
  local dir=$1
  shift
  "$posehost" run "$small" --work-dir "$dir" "$@" >"$dir.out" 2>&1 &
  pid=$!
}

# until_said <file> <text>: waits for a line with the text, at most 60 s.
until_said() {
  for _ in $(seq 600); do
    grep -qs -- "$2" "$1" && return 0
    sleep 0.1
  done
  fail "not said within 60 s: $2" "$(cat "$1")"
}

# ended <expected exit status>: waits for $pid.
ended() {
  local status=0
  wait "$pid" || status=$?
  [[ $status == "$1" ]] || fail "the run ended with $status, not $1" "$(cat "$work"/*.out | tail -n 40)"
}

same() { cmp -s "$1" "$2" || fail "$1 and $2 differ"; }
