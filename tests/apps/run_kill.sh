#!/usr/bin/env bash
# A run that is killed at random moments ends with the bytes of one that was not. Also: a damaged last
# checkpoint, a finished run that is resumed, a checkpoint of an older host.
# Arguments: source folder, build folder, how many times to kill.
source "$(dirname "$0")/../support/check.sh"
source "$(dirname "$0")/../support/runs.sh"
source=$1 posehost=$2/bin/posehost kills=$3
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"
small=$source/tests/apps/small.json
# Files at other places than epochs' ends; an average, a schedule
# and the best metric are state, too.
epochs=4
args=(--set total_epochs=$epochs --set evaluation.interval=2 --set 'checkpoint_config={"interval": 3, "by_epoch": false, "max_keep_ckpts": 2}'
  --set 'custom_hooks=[{"type": "EMAHook"}]' --set 'lr_config={"policy": "CosineAnnealing", "min_lr": 0, "by_epoch": false}'
  --set log_config.interval=1)
last=iter_$((5 * epochs)).safetensors

began=$(date +%s%N)
run 0 "$posehost" run "$small" --work-dir "$work/whole" "${args[@]}"
whole_ms=$((($(date +%s%N) - began) / 1000000))

# Each round is a run that is killed and resumed until it gets through; rounds until there were enough kills.
RANDOM=${POSEHOST_TEST_SEED:-20261129}
hit=0 starts=0 rounds=0
while ((hit < kills)); do
  rm -rf "$work/cut"
  mkdir "$work/cut"
  rounds=$((rounds + 1))
  until [[ -e $work/cut/done ]]; do
    ((++starts <= 10 * kills + 10)) || fail "$starts starts for $hit kills"
    start "$work/cut" "${args[@]}" --resume
    sleep "$(awk -v r=$RANDOM -v whole=$whole_ms 'BEGIN {printf "%.3f", r / 32768 * whole / 1000}')"
    kill -KILL $pid 2>/dev/null || true
    status=0
    wait $pid 2>/dev/null || status=$?
    case $status in
      0) touch "$work/cut/done" ;;
      137) ((++hit % 10)) || echo "$hit kills in $starts starts" ;;
      *) fail "exit $status" "$(cat "$work/cut.out")" ;;
    esac
    # No half files under the names that count.
    python3 -c 'import json, os, struct, sys
for name in sys.argv[1:]:
    if os.path.islink(name) or not os.path.exists(name): continue
    data = open(name, "rb").read(); n = struct.unpack("<Q", data[:8])[0]
    end = max(v["data_offsets"][1] for k, v in json.loads(data[8:8 + n]).items() if k != "__metadata__")
    assert 8 + n + end == len(data), name' "$work"/cut/*.safetensors || fail "half a file"
    if ((hit >= kills)) && [[ ! -e $work/cut/done ]]; then
      run 0 "$posehost" run "$small" --work-dir "$work/cut" "${args[@]}" --resume
      touch "$work/cut/done"
    fi
  done
  same "$work/whole/$last" "$work/cut/$last"
done
echo "$hit kills in $starts starts, $rounds rounds: equal bytes"

# A finished run has nothing to do.
run 0 "$posehost" run "$small" --work-dir "$work/cut" "${args[@]}" --resume
same "$work/whole/$last" "$work/cut/$last"

# The last checkpoint is damaged: the one before is taken, and the end is the same.
head -c 3000 "$work/whole/$last" >"$work/short" && mv "$work/short" "$work/cut/$last"
run 0 "$posehost" run "$small" --work-dir "$work/cut" "${args[@]}" --resume
expect "resumed from $work/cut/iter_"
expect "$last"
same "$work/whole/$last" "$work/cut/$last"

# A checkpoint that an earlier host wrote: format 1, kept in the fixtures.
old=$source/tests/fixtures/checkpoints/format_1
run 0 "$posehost" run "$old/config.json" --work-dir "$work/old" --resume="$old/iter_3.safetensors"
expect "epoch 0, iteration 3"
# What the host that wrote it went on with: 0.3905 and 0.3715.
grep -q 'Epoch \[1\]\[4/5\].* loss: 0.39' <<<"$output" || fail "another loss at iteration 4" "$output"
grep -q 'Epoch \[1\]\[5/5\].* loss: 0.37' <<<"$output" || fail "another loss at iteration 5" "$output"
[[ -e $work/old/epoch_1.safetensors ]] || fail "the old checkpoint led nowhere" "$output"
echo "all as expected"
