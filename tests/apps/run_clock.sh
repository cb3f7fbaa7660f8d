#!/usr/bin/env bash
# The clock is set, forward and back, while a run goes on: it takes no notice; nor do those who look at it from
# machines whose clocks are wrong. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source "$(dirname "$0")/../support/runs.sh"
source=$1 posehost=$2/bin/posehost faults=$2/tests/libfaults.so
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"
small=$source/tests/apps/small.json
day=86400
# shifted <seconds> <command ...>: with a clock that is off by so much.
shifted() {
  echo "$1" >"$work/shift"
  POSEHOST_FAULT_CLOCK=$work/shift LD_PRELOAD=$faults "${@:2}"
}
# is <expression of python3 over `s`, the status of $dir>
is() {
  local json
  json=$("$posehost" status "$dir" --json)
  python3 -c 'import json, sys; s = json.loads(sys.argv[1]); assert '"$1"', s' "$json" || fail "$1" "$json"
}

# A run whose clock goes a day back, then two forward. Its watchdog, its checkpoint every second, its requests
# and its speed go by another clock.
dir=$work/run
echo 0 >"$work/clock"
POSEHOST_FAULT_CLOCK=$work/clock LD_PRELOAD=$faults start "$dir" --set total_epochs=5000 --set evaluation=null \
  --set log_config.interval=1 --set runtime.watchdog_s=30 \
  --set 'checkpoint_config={"interval": -1, "interval_s": 1, "save_last": false}' \
  --set 'log_config.hooks=[{"type": "TextLoggerHook"}, {"type": "TensorboardLoggerHook"}]'
until_said "$dir.out" 'Epoch \[2\]'
for shift in -$day $day; do
  echo $shift >"$work/clock"
  rm -f "$dir/timed.safetensors"
  for _ in $(seq 100); do [[ -e $dir/timed.safetensors ]] && break; sleep 0.1; done
  [[ -e $dir/timed.safetensors ]] || fail "no checkpoint by wall time after $shift s" "$(tail -n 5 "$dir.out")"
  sleep 6.5 # status.json is written every 5 s
  is 's["state"] == "running" and 0 <= s["age_s"] < 30 and 0 < s["eta_s"] < 864000 and s["samples_per_s"] > 0'
  run 6 "$posehost" run "$small" --work-dir "$dir"
  expect "another run is using this work dir"
  run 0 "$posehost" ctl "$dir" set lr=0.00$((shift > 0 ? 2 : 1))
  until_said "$dir.out" "lr: $((shift > 0 ? 2 : 1)).000e-03"
done
# In the order in which they were asked for, though the second one's clock is behind the first one's.
run 0 shifted $day "$posehost" ctl "$dir" set lr=0.003
run 0 shifted -$day "$posehost" ctl "$dir" set lr=0.004
until_said "$dir.out" "lr: 4.000e-03"
sleep 1.5
tail -n 1 <(grep 'Epoch \[' "$dir.out") | grep -q 'lr: 4.000e-03' || fail "requests out of order" "$(tail -n 5 "$dir.out")"
# Rows that a text log shows have no times to go beyond reason, and none below nothing.
! grep -E 'eta: (-|[0-9]{3,} days)' "$dir.out" || fail "times to go"
kill -0 $pid || fail "the run ended" "$(tail -n 20 "$dir.out")"
kill -TERM $pid
ended 75

# Resumed with a clock that is a day behind: logs are read in the order of their names, and so are event files;
# the end lists what was made.
later=$(ls "$dir" | grep '\.log$')
run 75 shifted -$day "$posehost" run "$small" --work-dir "$dir" --resume --set total_epochs=5000 --set evaluation=null \
  --set 'log_config.hooks=[{"type": "TextLoggerHook"}, {"type": "TensorboardLoggerHook"}]' --stop-after 2s
expect "made $dir/iter_"
expect ".log.json, "
[[ $(ls "$dir" | grep '\.log$' | sort | head -n 1) == "$later" ]] || fail "the log comes before the older one" "$(ls "$dir")"
[[ $(ls "$dir/tf_logs" | wc -l) == 2 ]] || fail "event files" "$(ls "$dir/tf_logs")"
[[ $(ls -t "$dir/tf_logs" | head -n 1) == $(ls "$dir/tf_logs" | sort | tail -n 1) ]] ||
  fail "the event file comes before the older one" "$(ls -l "$dir/tf_logs")"

# Another machine, as far as processes go, whose clock is a day ahead: it takes no living run's work dir away.
dir=$work/far
start "$dir" --set total_epochs=5000 --set evaluation=null
until_said "$dir.out" 'Epoch \[2\]'
if unshare -p --fork --mount-proc true 2>/dev/null; then
  for shift in $day -$day; do
    run 6 shifted $shift unshare -p --fork --mount-proc "$posehost" run "$small" --work-dir "$dir" --set evaluation=null
    expect "another run is using this work dir"
    run 0 shifted $shift unshare -p --fork --mount-proc "$posehost" status "$dir" --json
    expect '"state": "running"'
  done
else
  echo "no namespace for processes: another machine not tried"
fi
kill -TERM $pid
ended 75
echo "all as expected"
