#!/usr/bin/env bash
# `posehost plugin replay`: an optimizer over recorded gradients, good files and bad ones. Arguments: source
# folder, build folder.
source "$(dirname "$0")/../support/check.sh"
posehost=$2/bin/posehost
cd "$work"

check() {
  run "$1" "${@:3}"
  expect "$2"
}
equal() {
  run 0 "${@:2}"
  [[ $output == "$1" ]] || fail "${*:2}: not $1" "$output"
}

# A safetensors file by hand: make NAME METADATA TENSOR... with TENSOR = name:shape:number,number (F64).
make() {
  python3 - "$@" <<'PY'
import json, struct, sys
name, metadata, *tensors = sys.argv[1:]
header, data = {"__metadata__": json.loads(metadata)}, b""
for tensor in tensors:
    key, shape, numbers = tensor.split(":")
    packed = b"".join(struct.pack("<d", float(n)) for n in numbers.split(","))
    header[key] = {"dtype": "F64", "shape": json.loads(shape), "data_offsets": [len(data), len(data) + len(packed)]}
    data += packed
text = json.dumps(header).encode()
open(name, "wb").write(struct.pack("<Q", len(text)) + text + data)
PY
}
# The numbers of a tensor in a file.
numbers() {
  python3 - "$@" <<'PY'
import json, struct, sys
data = open(sys.argv[1], "rb").read()
size = struct.unpack("<Q", data[:8])[0]
entry = json.loads(data[8:8 + size])[sys.argv[2]]
begin, end = entry["data_offsets"]
body = data[8 + size + begin:8 + size + end]
print(entry["dtype"], *(f"{n:.12g}" for n in struct.unpack(f"<{len(body) // 8}d", body)))
PY
}

# SGD: p -= lr g; step 2 leaves b alone, step 3 has another lr; c has an lr of its own until then.
make in.safetensors '{"set.3": "{\"lr\": 1}", "groups": "[{\"names\": [\"c\"], \"overrides\": {\"lr\": 0.25}}]"}' \
  param.a:[2]:1,2 param.b:[1]:1 param.c:[1]:1 \
  grad.1.a:[2]:1,1 grad.1.b:[1]:1 grad.1.c:[1]:1 grad.2.a:[2]:1,1 grad.2.c:[1]:1 grad.3.a:[2]:1,0 grad.3.c:[1]:0.5
replay=("$posehost" plugin replay --type SGD --in in.safetensors --out out.safetensors)
check 0 "SGD: 3 steps over 3 parameters, 0 tensors of state; wrote out.safetensors" \
  "${replay[@]}" --args '{"lr": 0.5}' --steps 1,2,3
equal "F64 0.5 1.5" numbers out.safetensors step1.a
equal "F64 0.5" numbers out.safetensors step1.b
equal "F64 0.75" numbers out.safetensors step1.c
equal "F64 0 1" numbers out.safetensors step2.a
equal "F64 0.5" numbers out.safetensors step2.b
equal "F64 -1 1" numbers out.safetensors step3.a
equal "F64 0" numbers out.safetensors step3.c
check 0 '"state": 3' "${replay[@]}" --args '{"lr": 0.5, "momentum": 0.5}' --json
equal "F64 1.75 0.75" numbers out.safetensors momentum_buffer.a

# Pieces and threads change nothing.
for how in "--piece 1" "--threads 3" "--piece 1 --threads 2"; do
  cp out.safetensors before
  check 0 wrote "${replay[@]}" --args '{"lr": 0.5, "momentum": 0.5}' $how
  cmp out.safetensors before
done

# What cannot be done, and why; the result of before stays.
check 2 "/momentun: unknown key" "${replay[@]}" --args '{"momentun": 1}'
check 2 "step 9 is not in the recording" "${replay[@]}" --steps 9
check 2 "evaluates the loss again" "$posehost" plugin replay --type LBFGS --in in.safetensors --out out.safetensors
make bad.safetensors '{}' param.a:[1]:1 grad.1.a:[2]:1,2
check 4 '"grad.1.a" does not fit its parameter' "$posehost" plugin replay --type SGD --in bad.safetensors --out out.safetensors
make bad.safetensors '{}' param.a:[1]:1 grad.0.a:[1]:1
check 4 "a tensor with another name" "$posehost" plugin replay --type SGD --in bad.safetensors --out out.safetensors
make bad.safetensors '{}' param.a:[1]:1 grad.1.b:[1]:1
check 4 "a gradient of no parameter" "$posehost" plugin replay --type SGD --in bad.safetensors --out out.safetensors
make bad.safetensors '{"set.2": "{\"rl\": 1}"}' param.a:[1]:1 grad.1.a:[1]:1 grad.2.a:[1]:1
check 4 'did you mean "lr"' "$posehost" plugin replay --type SGD --in bad.safetensors --out out.safetensors
make bad.safetensors '{"groups": "[{\"names\": [\"x\"]}]"}' param.a:[1]:1 grad.1.a:[1]:1
check 4 "names no parameter" "$posehost" plugin replay --type SGD --in bad.safetensors --out out.safetensors
head -c 40 in.safetensors >bad.safetensors
check 4 bad.safetensors "$posehost" plugin replay --type SGD --in bad.safetensors --out out.safetensors
cmp out.safetensors before
echo "all as expected"
