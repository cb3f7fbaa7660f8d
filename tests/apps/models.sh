#!/usr/bin/env bash
# posehost test, convert and publish as a user calls them, on a network of seconds. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
cd "$source/configs"
small=$work/small.json
export OMP_WAIT_POLICY=PASSIVE
printf '{"_base_": "%s/tests/apps/small.json", "runtime": {"precision": "fp32"}}' "$source" > "$small"

says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}
value() { python3 -c "import json, sys; print(eval('json.load(open(sys.argv[1]))' + sys.argv[2]))" "$1" "$2"; }

"$posehost" run "$small" --work-dir "$work/run" --set total_epochs=1 --set evaluation.interval=1 > "$work/run.txt" 2>&1 \
  || fail "training" "$(cat "$work/run.txt")"
last=$work/run/last.safetensors

# test: the numbers of the training's last evaluation, from every form of these weights.
says 0 "the config has no data.test: data.val is tested" "$posehost" test "$small" "$last"
expect "images/s; an image"
"$posehost" test "$small" "$last" --json --per-keypoint --work-dir "$work/tested" --out "$work/results.json" > "$work/a.json" 2>/dev/null
grep -q "EPE $(printf %.4f "$(value "$work/a.json" '["metrics"]["EPE"]')")" "$work/run.txt" || fail "another EPE than in training" "$(cat "$work/a.json" "$work/run.txt")"
[[ $(value "$work/a.json" '["speed"]["images"]') -gt 0 && -s $work/tested/test.json ]] || fail "test.json"
[[ $(value "$work/a.json" '["per_keypoint"]["PCK"].__len__()') == 17 ]] || fail "a row for each keypoint"
"$posehost" test "$small" "$last" --json --fuse-conv-bn > "$work/b.json" 2>/dev/null
python3 - "$work/a.json" "$work/b.json" <<'CHECK' || fail "fused differs" "$(cat "$work/a.json" "$work/b.json")"
import json, sys
a, b = (json.load(open(name))["metrics"] for name in sys.argv[1:])
assert abs(a["EPE"] - b["EPE"]) < 1e-3 * a["EPE"] and abs(a["PCK"] - b["PCK"]) < 0.02, (a, b)
CHECK
# mAP's results are what `evaluate` finds the same AP in.
"$posehost" test "$small" "$last" --eval mAP EPE --out "$work/map.json" --json > "$work/c.json" 2>/dev/null
"$posehost" evaluate --gt data/mirror_mouse/val.json --dt "$work/map.json" --sigmas "$(python3 -c 'print(",".join(["0.0588235294117647"]*17))')" --json > "$work/d.json" 2>/dev/null
python3 - "$work/c.json" "$work/d.json" <<'CHECK' || fail "test and evaluate differ" "$(cat "$work/c.json" "$work/d.json")"
import json, sys
a, b = (json.load(open(name))["metrics"] for name in sys.argv[1:])
assert abs(a["AP"] - b["AP"]) < 1e-9 and abs(a["AR"] - b["AR"]) < 1e-9, (a, b)
CHECK

# convert: names, formats, types, norms; and back.
says 0 "keypoint_head.final_layer.bias -> head.final_layer.bias" "$posehost" convert "$last" "$work/m1.pth" --names mmpose1
expect "state of optimizer and hooks"
says 0 "PyTorch, names of mmpose1" "$posehost" convert "$work/m1.pth" "$work/m0.safetensors" --names mmpose0
says 0 "written" "$posehost" convert "$last" "$work/direct.safetensors" --quiet
cmp "$work/m0.safetensors" "$work/direct.safetensors" || fail "names and formats, there and back"
says 0 "bn1 into backbone.conv1" "$posehost" convert "$last" "$work/fused.pth" --fuse-conv-bn
says 0 '"tensors"' "$posehost" convert "$last" "$work/bf16.safetensors" --bf16 --json
says 0 "a head, which torchvision does not have" "$posehost" convert "$last" "$work/backbone.pth" --names torchvision
for weights in m1.pth fused.pth m0.safetensors; do
  "$posehost" test "$small" "$work/$weights" --json > "$work/e.json" 2> "$work/e.txt" || fail "$weights" "$(cat "$work/e.txt")"
  python3 - "$work/a.json" "$work/e.json" <<'CHECK' || fail "$weights" "$(cat "$work/a.json" "$work/e.json")"
import json, sys
a, b = (json.load(open(name))["metrics"] for name in sys.argv[1:])
assert abs(a["EPE"] - b["EPE"]) < 1e-3 * a["EPE"], (a, b)
CHECK
done

# A .pth by Python's own zipfile and pickle, with stand-ins for torch's names: nothing but these is in it.
python3 - "$work/m1.pth" <<'CHECK' || fail "the .pth is no torch.save's"
import collections, pickle, struct, sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None and archive.read("archive/version") == b"3\n"
class Reader(pickle.Unpickler):
    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"): return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"): return lambda *args: args
        assert module == "torch" and name in ("FloatStorage", "LongStorage"), (module, name)
        return name
    def persistent_load(self, id):
        kind, storage, key, device, numel = id
        assert kind == "storage" and device == "cpu"
        data = archive.read("archive/data/" + key)
        assert len(data) == numel * {"FloatStorage": 4, "LongStorage": 8}[storage]
        return data
import io
whole = Reader(io.BytesIO(archive.read("archive/data.pkl"))).load()
assert list(whole) == ["meta", "state_dict"] and "posehost.config" in whole["meta"]
data, offset, shape, strides, grad, hooks = whole["state_dict"]["head.final_layer.weight"]
assert (offset, shape, strides, grad) == (0, (17, 8, 1, 1), (8, 1, 1, 1), False), (shape, strides)
assert any(struct.unpack("<136f", data))
CHECK

# publish: named by its hash, which the name keeps, equal bytes each time.
says 0 "written" "$posehost" publish "$last" "$work/net"
file=$(echo "$work"/net-*.safetensors)
[[ $(sha256sum "$file" | cut -c -8) == "${file: -20:8}" ]] || fail "hash of $file"
says 0 "there" "$posehost" publish "$last" "$work/net"
grep -q "@opt" "$file" && fail "the optimizer's state was published"
grep -q "posehost.config" "$file" || fail "the config was not published"
says 0 "net-" "$posehost" publish "$last" "$work/net.pth" --json

# Bad input: an error with its place, an exit code, nothing overwritten.
printf '' > "$work/empty.pth"
head -c 3000 "$last" > "$work/cut.safetensors"
head -c 3000 "$work/m1.pth" > "$work/cut.pth"
printf 'not weights at all, but text' > "$work/foreign.safetensors"
printf old > "$work/old.safetensors"
for bad in empty.pth cut.safetensors cut.pth foreign.safetensors nowhere.pth; do
  says 4 "$bad" "$posehost" convert "$work/$bad" "$work/none.safetensors"
  says 4 "$bad" "$posehost" publish "$work/$bad" "$work/none"
  says 4 "$bad" "$posehost" test "$small" "$work/$bad" --out "$work/none.json"
done
says 2 "is there already" "$posehost" convert "$last" "$work/old.safetensors"
says 2 "not known which format" "$posehost" convert "$last" "$work/none.bin"
says 4 "no averaged weights" "$posehost" convert "$last" "$work/none.safetensors" --ema
says 2 "--names" "$posehost" convert "$last" "$work/none.safetensors" --names caffe
says 4 "missing: keypoint_head" "$posehost" test "$small" "$work/backbone.pth" --out "$work/none.json"
says 4 "another shape" "$posehost" test "$small" "$last" --set "model.keypoint_head.num_deconv_filters=[8,8,16]"
says 2 'did you mean "PCK"' "$posehost" test "$small" "$last" --eval PKC
says 2 "posehost test --help" "$posehost" test "$small"
[[ $(cat "$work/old.safetensors") == old ]] || fail "the old file is gone"
[[ -z $(find "$work" -name 'none*' -o -name '.draft*' -o -name '*.tmp*') ]] || fail "something was left" "$(find "$work")"
for command in test convert publish; do says 0 "Example" "$posehost" "$command" --help; done
echo "all as expected"
