#!/usr/bin/env bash
# A run with weights of 16 bits in the network (runtime.param_dtype), from training to export. Arguments: source folder,
# build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
cd "$source/configs"
export OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS

# of <file> <expression>: a value of a JSON file.
of() { python3 -c "import json, sys; print(eval('json.load(open(sys.argv[1]))' + sys.argv[2]))" "$1" "$2"; }

wide=(--set 'runtime.param_dtype="fp32"' --set 'runtime.precision="fp32"')
for type in bf16 fp16; do
  cfg=$work/$type.json run=$work/$type
  scaling=null
  [[ $type == fp16 ]] && scaling='{"loss_scale": {"init_scale": 1024, "growth_interval": 2}}'
  printf '{"_base_": "%s/tests/apps/small.json", "runtime": {"param_dtype": "%s"}, "fp16": %s}' "$source" $type "$scaling" > "$cfg"
  run 0 "$posehost" run "$cfg" --dry-run
  expect "parameters $type"
  expect "parameters in 32 bits, which are trained"
  run 0 "$posehost" run "$cfg" --work-dir "$run" --set total_epochs=2 --set evaluation.interval=2
  trained=$output last=$run/last.safetensors

  # What is saved are the weights that train, in 32 bits, and no sign of the others.
  python3 - "$last" <<'CHECK' || fail "$type: what the checkpoint holds"
import json, struct, sys
with open(sys.argv[1], "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
types = {tensor["dtype"] for name, tensor in header.items() if name.endswith(".weight") and not name.startswith("@opt/step/")}
assert types == {"F32"}, types
CHECK

  # test: the numbers of the training's last evaluation; nearly those in 32 bits.
  "$posehost" test "$cfg" "$last" --json > "$work/a.json" 2> "$work/a.txt" || fail "$type: test" "$(cat "$work/a.txt")"
  grep -q "EPE $(printf %.4f "$(of "$work/a.json" '["metrics"]["EPE"]')")" <<<"$trained" || fail "$type: another EPE than in training" "$trained"
  "$posehost" test "$cfg" "$last" --json "${wide[@]}" > "$work/b.json" 2> "$work/b.txt" || fail "$type: test in 32" "$(cat "$work/b.txt")"

  # infer: with the config in the checkpoint, and in 32 bits.
  run 0 "$posehost" infer "$last" data/mirror_mouse/images --json "$work/c.json" --kpt-thr -1
  run 0 "$posehost" infer "$last" data/mirror_mouse/images --json "$work/d.json" --kpt-thr -1 "${wide[@]}"
  python3 - "$work" $type <<'CHECK' || fail "$type: 16 and 32 bits differ"
import json, math, sys
a, b, c, d = (json.load(open(f"{sys.argv[1]}/{name}.json")) for name in "abcd")
assert a["metrics"].keys() == b["metrics"].keys(), (a, b)
assert len(c) == len(d) > 10
# Of the heights of peaks: where they lie is a matter of rounding after two epochs.
rms = lambda values: math.sqrt(sum(value * value for value in values) / len(values))
pairs = [(x, y) for p, q in zip(c, d) for x, y in zip(p["keypoints"][2::3], q["keypoints"][2::3])]
off, height = rms([x - y for x, y in pairs]), rms([y for _, y in pairs])
print(sys.argv[2], off / height)
assert 0 < off < 0.05 * height, (off, height)
CHECK

  # export: the weights that trained, not their rounded values.
  run 0 "$posehost" export "$cfg" "$last" --out "$work/net.onnx"
  python3 - "$last" "$work/net.onnx" <<'CHECK' || fail "$type: the exported weights"
import json, struct, sys
with open(sys.argv[1], "rb") as file:
    header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    data = file.read()
net = open(sys.argv[2], "rb").read()
for name in ("keypoint_head.final_layer.weight", "backbone.layer2.0.conv1.weight"):
    begin, end = header[name]["data_offsets"]
    values = struct.unpack(f"<{(end - begin) // 4}I", data[begin:end])
    assert any(value & 0xFFFF for value in values), name + " was rounded before it was saved"
    assert data[begin:end] in net, name
CHECK

  # Resumed without 16 bits and with: both go on from the same weights.
  run 0 "$posehost" run "$cfg" --work-dir "$run" --set total_epochs=3 --set evaluation=null --resume --set runtime.param_dtype='"fp32"'
  expect 'changed since the checkpoint: /runtime/param_dtype: "'$type'" -> "fp32"'
done
echo "all as expected"
