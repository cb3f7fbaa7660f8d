#!/usr/bin/env bash
# What a machine does to a run: disks and quotas that are used up while it writes, memory that ends, pictures
# that are damaged or never come. Each time it ends with four parts and its exit code, or goes on and says so,
# and what was saved before is whole. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source "$(dirname "$0")/../support/runs.sh"
source=$1 posehost=$2/bin/posehost probe=$2/tests/probe faults=$2/tests/libfaults.so
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cp -r "$source/configs" "$work/configs"
cd "$work/configs"
small=$work/small.json
sed 's|"../../configs/|"configs/|' "$source/tests/apps/small.json" >"$small"
long=(--set total_epochs=5000 --set evaluation=null --set log_config.interval=1)
four_parts() { for part in "found " "expected " "try "; do expect "$part"; done; }

# goes_on <work dir> [argument ...]: a run can be resumed from what is there, until --stop-after.
goes_on() {
  run 75 "$posehost" run "$small" --work-dir "$1" "${long[@]}" --resume --stop-after 1s "${@:2}"
  expect "resumed from $1/"
}
# has_ended <exit status>: of what start() began; leaves its output in $output.
has_ended() {
  ended "$1"
  output=$(cat "$dir.out")
}
# begin <name> [argument ...]: a run whose faults begin once $work/<name>.now is there.
begin() {
  dir=$work/$1
  POSEHOST_FAULT_WHEN=$work/$1.now LD_PRELOAD=$faults start "$dir" "${long[@]}" "${@:2}"
}

# The quota is used up while a checkpoint is written.
POSEHOST_FAULT_QUOTA=.safetensors begin quota
until_said "$dir.out" 'Saving checkpoint at 2 epochs'
touch "$work/quota.now"
has_ended 6
expect "your disk quota is used up"
four_parts
run 1 "$posehost" status "$dir" --json
expect '"state": "failed"'
expect '"exit_code": 6'
goes_on "$dir"
rm -f "$dir"/.*.tmp
[[ -z $(find "$dir" -name '*.tmp') ]] || fail "half files are left" "$(ls -A "$dir")"

# Logs and the status are worth less than the training: it goes on without, and says so, but not each time.
POSEHOST_FAULT_QUOTA=/logs/ begin logs --set checkpoint_config=null
until_said "$dir.out" 'Epoch \[2\]'
touch "$work/logs.now"
until_said "$dir.out" "the log cannot be written"
rows=$(grep -c '"mode"' "$dir"/*.log.json)
at=$(grep -c 'Epoch \[' "$dir.out")
for _ in $(seq 300); do (($(grep -c 'Epoch \[' "$dir.out") > at + 20)) && break; sleep 0.1; done
(($(grep -c 'Epoch \[' "$dir.out") > at + 20)) || fail "the run does not go on" "$(tail -n 5 "$dir.out")"
grep -q 'rows are lost' "$dir.out" || fail "no word of lost rows" "$(cat "$dir.out")"
(($(grep -c 'rows are lost' "$dir.out") == 1)) || fail "said again and again"
(($(grep -c 'the log cannot be written' "$dir.out") <= 3)) || fail "said again and again" "$(tail -n 20 "$dir.out")"
# There is room again.
rm "$work/logs.now"
for _ in $(seq 300); do (($(grep -c '"mode"' "$dir"/*.log.json) > rows)) && break; sleep 0.1; done
(($(grep -c '"mode"' "$dir"/*.log.json) > rows)) || fail "no rows although there is room again"
kill -TERM $pid
has_ended 75

# The same of a disk that is full in earnest.
mkdir "$work/tiny"
if mount -t tmpfs -o size=8m none "$work/tiny" 2>/dev/null; then
  trap 'kill -9 $(jobs -p) 2>/dev/null || true; umount "$work/tiny"; rm -rf "$work"' EXIT
  dir=$work/tiny/run
  "$posehost" run "$small" --work-dir "$dir" "${long[@]}" --set checkpoint_config=null >"$work/tiny.out" 2>&1 &
  pid=$!
  until_said "$work/tiny.out" 'Epoch \[2\]'
  dd if=/dev/zero of="$work/tiny/ballast" bs=64k 2>/dev/null || true
  until_said "$work/tiny.out" 'No space left on device'
  sleep 1
  kill -0 $pid || fail "the run ended" "$(cat "$work/tiny.out")"
  kill -TERM $pid
  ended 6
  output=$(cat "$work/tiny.out")
  expect "the disk is full"
  four_parts
else
  echo "no tmpfs could be mounted: full disk not tried"
fi

# A picture that is damaged: it is named, whichever thread it was.
picture=$(cd data/mirror_mouse/images && ls | head -n 3 | tail -n 1)
cp "data/mirror_mouse/images/$picture" "$work/kept"
head -c 2000 "$work/kept" >"data/mirror_mouse/images/$picture"
run 4 "$posehost" run "$small" --work-dir "$work/damaged" "${long[@]}" --set data.workers_per_gpu=3
expect "$picture"
four_parts
cp "$work/kept" "data/mirror_mouse/images/$picture"
run 75 "$posehost" run "$small" --work-dir "$work/damaged" "${long[@]}" --stop-after 1s

# A picture that never comes, as from a file server that is away: the watchdog.
POSEHOST_FAULT_STALL=/images/ begin stalled --set runtime.watchdog_s=5 --set runtime.image_cache_mb=0
until_said "$dir.out" 'Epoch \[3\]'
touch "$work/stalled.now"
has_ended 134
expect "the run is stuck: the watchdog ends it"
expect "waiting for data, iteration "
four_parts
goes_on "$dir"

# Memory ends in the middle of a run: half of what an iteration takes is there no more. What was saved is whole. (With no new address
# at all glibc aborts where a thread begins, before anybody can say anything.)
dir=$work/memory
large=(--set runtime.keep_heap_mb=0 --set total_epochs=5000 --set evaluation=null --set log_config.interval=1
  --set 'checkpoint_config={"interval": 1, "by_epoch": false, "max_keep_ckpts": 2}')
"$posehost" run quickstart.json --work-dir "$dir" "${large[@]}" >"$dir.out" 2>&1 &
pid=$!
until_said "$dir.out" 'Saving checkpoint at 2 iterations'
least= most=0
for _ in $(seq 600); do
  now=$(awk '/VmSize/ {print $2}' "/proc/$pid/status")
  [[ -n $least ]] && ((now >= least)) || least=$now
  ((now <= most)) || most=$now
  ! grep -qs 'Saving checkpoint at 5 iterations' "$dir.out" || break
  sleep 0.05
done
prlimit --pid $pid --as=$(((least + most) / 2 * 1024))
has_ended 6
expect "error: out of memory in iteration "
four_parts
run 1 "$posehost" status "$dir" --json
expect '"exit_code": 6'
run 75 "$posehost" run quickstart.json --work-dir "$dir" "${large[@]}" --resume --stop-after 1s
expect "resumed from $dir/"

# And at its beginning: a batch that is too large for the limit, with memory kept from iteration to iteration.
start "$work/peak" "${long[@]}"
until_said "$work/peak.out" 'Epoch \[1\]\[2/'
peak=$(awk '/VmPeak/ {print $2}' "/proc/$pid/status")
kill -KILL $pid
ended 137
run 6 bash -c "ulimit -v $((peak + 200000)); exec '$posehost' run quickstart.json --work-dir '$work/large' --set data.samples_per_gpu=54"
expect "error: out of memory in iteration 1"
expect "of addresses (ulimit -v)"
four_parts

# A limit that a run just keeps is one that pictures are not kept in.
run 0 bash -c "ulimit -v $((peak + 200000)); exec '$posehost' run '$small' --work-dir '$work/narrow' --set total_epochs=2"
expect "Epoch [2][5/5]"

# A hook's failure that does not matter: the run goes on, and with the hook.
run 0 "$posehost" run "$small" --work-dir "$work/ignore" --plugin-dir "$probe" --set total_epochs=1 \
  --set 'custom_hooks=[{"type": "Probe", "iter": 2, "action": "fail", "on_error": "ignore"}]'
expect "the run goes on, and with this hook"
run 2 "$posehost" run "$small" --work-dir "$work/typo" --plugin-dir "$probe" --dry-run \
  --set 'custom_hooks=[{"type": "Probe", "action": "fail", "on_error": "ignored"}]'
expect "abort, disable or ignore"
echo "all as expected"
