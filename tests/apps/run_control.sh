#!/usr/bin/env bash
# A run is steered from outside: signals, ctl, status; one work dir has one run; plugins that fail, hang or
# crash; disks that cannot be written. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source "$(dirname "$0")/../support/runs.sh"
source=$1 posehost=$2/bin/posehost probe=$2/tests/probe
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"
small=$source/tests/apps/small.json
long=(--set total_epochs=5000 --set evaluation=null)
# An iteration that takes so many seconds.
slow() { printf '[{"type": "Probe", "action": "hang", "value": %s}]' "$1"; }

# SIGUSR1 saves and goes on; SIGTERM, also twice, saves and leaves with the command to go on.
start "$work/term" "${long[@]}" --plugin-dir "$probe" --set custom_hooks="$(slow 0.5)" --set log_config.interval=1
until_said "$work/term.out" 'Epoch \[1\]\[1/5\]'
kill -USR1 $pid
for _ in $(seq 100); do compgen -G "$work/term/iter_*.safetensors" >/dev/null && break; sleep 0.1; done
compgen -G "$work/term/iter_*.safetensors" >/dev/null || fail "SIGUSR1 saved nothing" "$(cat "$work/term.out")"
kill -0 $pid || fail "SIGUSR1 ended the run"
kill -TERM $pid
sleep 0.1
kill -TERM $pid
ended 75
grep -q 'stopped by SIGTERM after iteration' "$work/term.out" || fail "no word of SIGTERM" "$(cat "$work/term.out")"
grep -q "next    posehost run .*--resume" "$work/term.out" || fail "no command to go on" "$(cat "$work/term.out")"
[[ -e $work/term/last.safetensors ]] || fail "SIGTERM saved nothing"

# One SIGINT saves; a second one leaves at once, without.
start "$work/int" "${long[@]}"
until_said "$work/int.out" 'Epoch \[2\]'
kill -INT $pid
ended 75
start "$work/twice" "${long[@]}" --plugin-dir "$probe" --set custom_hooks="$(slow 30)"
until_said "$work/twice.out" "workflow: "
sleep 1
kill -INT $pid
sleep 0.3
kill -INT $pid
ended 130
[[ ! -e $work/twice/last.safetensors ]] || fail "a second SIGINT still saved"
run 75 "$posehost" run "$small" --work-dir "$work/after" "${long[@]}" --stop-after 1s
expect "stopped by --stop-after"

# Two runs, one work dir; ctl and status from another process.
start "$work/ctl" --set total_epochs=5000 --set checkpoint_config=null --set runtime.prometheus=true \
  --set evaluation.interval=100000 --set log_config.interval=1
until_said "$work/ctl.out" 'Epoch \[2\]'
run 6 "$posehost" run "$small" --work-dir "$work/ctl"
expect "another run"
run 0 "$posehost" status "$work/ctl" --json
expect '"state": "running"'
run 2 "$posehost" ctl "$work/ctl" set momentumm=0.5
run 0 "$posehost" ctl "$work/ctl" set lr=0.000125
until_said "$work/ctl.out" 'lr: 1.250e-04'
run 0 "$posehost" ctl "$work/ctl" save
until_said "$work/ctl.out" "posehost ctl: save"
for _ in $(seq 100); do compgen -G "$work/ctl/iter_*.safetensors" >/dev/null && break; sleep 0.1; done
compgen -G "$work/ctl/iter_*.safetensors" >/dev/null || fail "ctl save saved nothing"
run 0 "$posehost" ctl "$work/ctl" evaluate
until_said "$work/ctl.out" 'Epoch(val)'
run 0 "$posehost" ctl "$work/ctl" stop
ended 75
grep -q 'stopped by posehost ctl' "$work/ctl.out" || fail "no word of ctl" "$(cat "$work/ctl.out")"
run 0 "$posehost" status "$work/ctl" --json
expect '"state": "stopped"'
grep -q '^posehost_hyper_lr 0.000125' "$work/ctl/metrics.prom" || fail "metrics.prom" "$(cat "$work/ctl/metrics.prom")"
run 6 "$posehost" ctl "$work/ctl" save
expect "no run is going on"

# A run that was killed: status knows, the next one takes over.
start "$work/dead" "${long[@]}"
until_said "$work/dead.out" 'Epoch \[2\]'
kill -KILL $pid
ended 137
run 1 "$posehost" status "$work/dead" --json
expect '"state": "died"'
run 75 "$posehost" run "$small" --work-dir "$work/dead" "${long[@]}" --resume --stop-after 1s
expect "taken over from a run that died"

# Plugins that fail, hang, crash: who it was, at which stage; exit codes of their own.
fault() { printf '[{"type": "Probe", "iter": 2%s}]' "$1"; }
run 3 "$posehost" run "$small" --work-dir "$work/fail" --plugin-dir "$probe" --set custom_hooks="$(fault ', "action": "fail"')"
expect "org.posehost.test.probe/Probe"
expect "after_train_iter failed"
run 0 "$posehost" run "$small" --work-dir "$work/off" --plugin-dir "$probe" --set total_epochs=1 \
  --set custom_hooks="$(fault ', "action": "fail", "on_error": "disable"')"
expect "the run goes on without this hook"
run 134 "$posehost" run "$small" --work-dir "$work/hang" --plugin-dir "$probe" --set runtime.watchdog_s=8 \
  --set custom_hooks="$(fault ', "action": "hang", "value": 600')"
expect "plugin org.posehost.test.probe/Probe is stuck: the watchdog ends it"
expect "after_train_iter, iteration 3"
run 139 "$posehost" run "$small" --work-dir "$work/segv" --plugin-dir "$probe" --set custom_hooks="$(fault ', "action": "wild"')"
expect "crashed by SIGSEGV in plugin org.posehost.test.probe/Probe"
expect "after_train_iter, iteration 3"
grep -q "org.posehost.test.probe" "$work/segv/crash.txt" || fail "no crash.txt"

# A loss that is no number: the pictures of its batch are named.
run 7 "$posehost" run "$small" --work-dir "$work/nan" --plugin-dir "$probe" --set custom_hooks="$(fault ', "action": "poison", "mutates": true')"
expect "the loss is nan"
expect "data/mirror_mouse/images/"

# Start and end of a run say what it was made of and what it made.
run 0 "$posehost" run "$small" --work-dir "$work/whole"
for text in "usable cores" "config SHA-256 " "plugin org.posehost.hooks 0.9.0, " ", SHA-256 " "LibTorch 2" "seed 0" \
  "Hooks will be executed" "time forward " "plugin org.posehost.hooks/TextLogger " "made $work/whole/epoch_3.safetensors, " \
  "best PCK " "images/s: " "memory: " "result PCK "; do
  expect "$text"
done

# A work dir that nobody can write, a disk that is full (its own, where root can mount one).
mkdir "$work/sealed"
touch "$work/sealed/file"
run 6 "$posehost" run "$small" --work-dir "$work/sealed/file/run"
expect "cannot be written"
mkdir "$work/tiny"
if mount -t tmpfs -o size=6m none "$work/tiny" 2>/dev/null; then
  trap 'umount "$work/tiny"; rm -rf "$work"' EXIT
  run 6 "$posehost" run "$small" --work-dir "$work/tiny/run" "${long[@]}" --set checkpoint_config.max_keep_ckpts=-1
  expect "the disk is full"
  # What was whole before is whole now.
  cp -r "$work/tiny/run" "$work/saved"
  run 75 "$posehost" run "$small" --work-dir "$work/saved" "${long[@]}" --resume --stop-after 1s
  expect "resumed from"
  mount -o remount,ro "$work/tiny"
  run 6 "$posehost" run "$small" --work-dir "$work/tiny/run" --resume
  expect "cannot be written"
else
  echo "no tmpfs could be mounted: full disk not tried"
fi
echo "all as expected"
