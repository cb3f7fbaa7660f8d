#!/usr/bin/env bash
# What posehost convert writes, read by torch.load(weights_only=True). Arguments: source folder, build folder. Needs a
# Python with torch, POSEHOST_TORCH_PYTHON (tests/support/torch_python.sh makes one); without it the test is skipped.
source "$(dirname "$0")/../support/check.sh"
python=${POSEHOST_TORCH_PYTHON:-} fixtures=$1/tests/fixtures/weights posehost=$2/bin/posehost
[[ -n $python ]] && "$python" -c 'import torch' 2>/dev/null || exit 77
cd "$work"

"$python" - <<'MAKE'
import torch
torch.manual_seed(0)
net = torch.nn.Sequential()
net.backbone = torch.nn.Module()
net.backbone.conv1 = torch.nn.Conv2d(3, 8, 3, bias=False)
net.backbone.bn1 = torch.nn.BatchNorm2d(8)
with torch.no_grad():
    net.backbone.bn1.running_mean.normal_()
    net.backbone.bn1.running_var.uniform_(0.5, 2)
torch.save({"state_dict": net.state_dict(), "meta": {"epoch": 7}, "optimizer": {"lr": 0.1}}, "net.pth")
torch.save({"state_dict": {"backbone.a": torch.zeros(2)}, "state_dict_ema": {"backbone.a": torch.ones(2)}}, "ema.pth")
MAKE
for way in "types.pth types.out.pth" "views.pth views.out.pth"; do
  set -- $way
  "$posehost" convert "$fixtures/$1" "$2" > /dev/null
done
"$posehost" convert net.pth plain.pth > /dev/null
"$posehost" convert net.pth half.pth --fp16 > /dev/null
"$posehost" convert net.pth bf16.pth --bf16 > /dev/null
"$posehost" convert net.pth fused.pth --fuse-conv-bn > /dev/null
"$posehost" convert ema.pth average.pth --ema > /dev/null
"$posehost" publish net.pth out > /dev/null
"$python" - "$fixtures" <<'CHECK' || fail "torch reads something else"
import glob, hashlib, sys, zipfile
import torch
from torch.nn.utils.fusion import fuse_conv_bn_weights
def load(name): return torch.load(name, weights_only=True)["state_dict"]
for name in "types", "views":
    theirs, ours = torch.load(f"{sys.argv[1]}/{name}.pth", weights_only=True), load(f"{name}.out.pth")
    theirs = {k: v for k, v in theirs.items() if isinstance(v, torch.Tensor)}
    assert set(theirs) == set(ours), (set(theirs) ^ set(ours))
    for key, tensor in theirs.items():
        assert ours[key].dtype == tensor.dtype and torch.equal(ours[key], tensor.contiguous()), key
whole = torch.load("net.pth", weights_only=True)["state_dict"]
for key, tensor in load("plain.pth").items(): assert torch.equal(tensor, whole[key]), key
for name, dtype in ("half.pth", torch.float16), ("bf16.pth", torch.bfloat16):
    for key, tensor in load(name).items():
        assert torch.equal(tensor, whole[key].to(dtype) if whole[key].is_floating_point() else whole[key]), key
fused = load("fused.pth")
bn = {k.rsplit(".", 1)[1]: v for k, v in whole.items() if ".bn1." in k}
weight, bias = fuse_conv_bn_weights(whole["backbone.conv1.weight"], None, bn["running_mean"], bn["running_var"], 1e-5, bn["weight"], bn["bias"])
assert set(fused) == {"backbone.conv1.weight", "backbone.conv1.bias"}, set(fused)
assert torch.allclose(fused["backbone.conv1.weight"], weight, rtol=1e-6, atol=1e-7)
assert torch.allclose(fused["backbone.conv1.bias"], bias, rtol=1e-5, atol=1e-6)
assert torch.equal(load("average.pth")["backbone.a"], torch.ones(2))
assert torch.load("plain.pth", weights_only=True)["meta"]["epoch"] == "7"
assert zipfile.ZipFile("plain.pth").testzip() is None
torch.load("plain.pth", weights_only=True, mmap=True)
name = glob.glob("out-*.pth")[0]
assert hashlib.sha256(open(name, "rb").read()).hexdigest()[:8] == name[4:12], name
CHECK
echo "torch reads what was written"
