#!/usr/bin/env bash
# The programs as a user calls them: exit codes, messages, files. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"
small=$source/tests/apps/small.json

# says <exit status> <text> <command...>
says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}
there() { [[ -e $1 ]] || fail "no $1" "$output"; }

says 0 "Examples:" "$posehost" run --help
says 0 "run" "$posehost" --help
says 2 'did you mean "run"' "$posehost" rnu
says 2 "--bogus" "$posehost" run "$small" --bogus
says 2 "no duration" "$posehost" run "$small" --stop-after soon
says 0 "org.posehost.optimizers" "$posehost" plugin list
says 0 "weight_decay" "$posehost" plugin info AdamW
[[ $output != *"optimizer NAdam"* ]] || fail "plugin info AdamW tells of others" "$output"
says 0 '"kind": "posehost.optimizer/0"' "$posehost" plugin info AdamW --json
says 0 "optimizer NAdam" "$posehost" plugin info org.posehost.optimizers
says 3 'did you mean "AdamW"' "$posehost" plugin info AdamWW
says 0 '"policy": "fixed"' "$posehost" print-config "$small"
says 0 '"lr": 0.5' "$posehost" print-config "$small" --set optimizer.lr=0.5
says 2 "total_epochs" "$posehost" print-config "$small" --set total_epoch=5

# Configs that cannot be used: never a crash, always a place.
printf '{"a": 1,, }' > "$work/syntax.json"
says 2 "syntax.json:1" "$posehost" run "$work/syntax.json"
printf '{\n"seed": 1,\n"seed": 2}' > "$work/twice.json"
says 2 "twice.json:3" "$posehost" run "$work/twice.json"
printf '{"_base_": "loop.json"}' > "$work/loop.json"
says 2 "loop.json" "$posehost" run "$work/loop.json"
says 2 "missing.json" "$posehost" run "$work/missing.json"
says 3 "Adamm" "$posehost" run "$small" --work-dir "$work/bad" --set optimizer.type=Adamm
says 4 "train_none.json" "$posehost" run "$small" --work-dir "$work/bad" --set data.train.ann_file=train_none.json
[[ ! -e $work/bad ]] || fail "a run that never began made its work dir"

says 0 "Memory estimate" "$posehost" run "$small" --work-dir "$work/dry" --dry-run
expect "decoded pictures, kept, 41.4 MiB (runtime.image_cache_mb)"
says 0 "decoded pictures, kept, 1.0 MiB" "$posehost" run "$small" --dry-run --set runtime.image_cache_mb=1
says 0 "Memory estimate" "$posehost" run "$small" --dry-run --set runtime.image_cache_mb=0
expect_not "decoded pictures"
says 0 "3 epochs of 9 iterations" "$posehost" run "$small" --dry-run --no-data --iters-per-epoch 9 \
  --set data.train.ann_file=elsewhere.json

# Figures: one JSON object, and nothing is written.
says 2 "--what" "$posehost" bench "$small" --what nothing
says 0 "optimizer_ms" "$posehost" bench "$small" --what step --rounds 1
"$posehost" bench "$small" --what step,optimizer,operators,data --rounds 2 --json 2>/dev/null | python3 -c '
import json, sys
bench = json.load(sys.stdin)
assert bench["step"]["step_ms"] > 0 and bench["step"]["batch"] == 16, bench["step"]
assert bench["optimizer"]["ratio"] > 0 and bench["peak_memory_mib"] > 50
assert {"files", "cache"} == {rate["source"] for rate in bench["data"]}
assert all(rate["samples_per_s"] > 0 for rate in bench["data"])
names = [operator["name"] for operator in bench["operators"]["operators"]]
assert "aten::convolution_backward" in names, names
' || fail "posehost bench"

# Weights to start from: missing ones stop a run, a dry run lists them.
export POSEHOST_WEIGHTS=$work/weights TORCH_HOME=$work/torch
r18='model.pretrained="torchvision://resnet18"'
says 0 "MISSING, wanted as $work/weights/resnet18-f37072fd.pth" "$posehost" run "$small" --dry-run --set "$r18"
says 2 "posehost downloads nothing" "$posehost" run "$small" --work-dir "$work/bad" --set "$r18"
says 4 "nothing in it fits" "$posehost" run "$small" --work-dir "$work/bad" --load-from "$source/tests/fixtures/weights/zip.pth"
says 4 "posix.system" "$posehost" run "$small" --work-dir "$work/bad" --load-from "$source/tests/fixtures/weights/os_system.pth"

# A run, its files, and going on.
says 0 "Epoch [3][5/5]" "$posehost" run "$small" --work-dir "$work/run"
expect "images: decoded once and kept, up to "
for file in epoch_3.safetensors last.safetensors config.json val_samples.png; do there "$work/run/$file"; done
says 0 "resumed from" "$posehost" run "$small" --work-dir "$work/run" --resume --set total_epochs=4
there "$work/run/epoch_4.safetensors"
says 0 "nothing saved" "$posehost" run "$small" --work-dir "$work/fresh" --resume --set total_epochs=1
says 4 "cut.safetensors" bash -c "head -c 5000 '$work/run/epoch_3.safetensors' > '$work/cut.safetensors' &&
  '$posehost' run '$small' --work-dir '$work/cut' --resume='$work/cut.safetensors'"
says 6 "cannot be written" "$posehost" run "$small" --work-dir /proc/posehost

# Stopped from outside: saved, and said how to go on.
"$posehost" run "$small" --work-dir "$work/stop" --set total_epochs=500 > "$work/stop.log" 2>&1 &
pid=$!
for _ in $(seq 300); do grep -q 'Epoch \[2\]' "$work/stop.log" && break; sleep 0.1; done
kill -TERM $pid
status=0
wait $pid || status=$?
[[ $status == 75 ]] || fail "SIGTERM gave exit $status" "$(cat "$work/stop.log")"
there "$work/stop/last.safetensors"
says 0 "stopped by SIGTERM" cat "$work/stop.log"
says 75 "resumed from" "$posehost" run "$small" --work-dir "$work/stop" --resume --set total_epochs=500 --stop-after 1s

# A full disk: the checkpoint of before is kept whole. The limit stands between one file and the next.
size=$(stat -Lc %s "$work/run/last.safetensors")
before=$(sha256sum < "$work/run/epoch_4.safetensors")
says 6 "" bash -c "ulimit -f $((size / 2048)); trap '' XFSZ; exec '$posehost' run '$small' --work-dir '$work/run' --resume --set total_epochs=5"
after=$(sha256sum < "$work/run/epoch_4.safetensors")
[[ $before == "$after" ]] || fail "the old checkpoint changed"
[[ $(readlink "$work/run/last.safetensors") == epoch_4.safetensors ]] || fail "last points elsewhere"
echo "all as expected"
