#!/usr/bin/env bash
# Build the two virtual environments that the golden-number scripts run in.
#
#   setup_peers.sh DIR      makes DIR/a  (mmpose 1.3.2, mmengine 0.10.7, mmcv-lite 2.1.0, torch 2.11.0,
#                                   timm 1.0.31, lion-pytorch 0.2.5, schedulefree 1.4.1)
#                           and  DIR/b  (mmcv 1.7.2: the real 1.x runner hooks,        torch 2.11.0)
#
# Needs: Linux x86-64, Python 3.11 (PYTHON=... to name it), and pip with its
# usual package index.  About 6 GB in DIR.  Nothing here is needed to build, run or
# test posehost; the environments only re-make the JSON files beside the scripts.
# Safe to run again: finished environments are kept.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: $0 DIR" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)

py=${PYTHON:-}
if [ -z "$py" ]; then
  for c in python3.11 python3 python; do
    if "$c" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then py=$c; break; fi
  done
fi
[ -n "$py" ] || { echo "Python 3.11 not found; set PYTHON" >&2; exit 1; }

# torch once for both.  `import torch` of this wheel loads libtorch_cuda and so needs
# all its companions, although no GPU is used (linking C++ against libtorch_cpu does not).
if [ ! -e "$dir/torch/.complete" ]; then
  echo "== $dir/torch"
  rm -rf "${dir:?}/torch"
  "$py" -m pip install -q --target "$dir/torch" torch==2.11.0
  "$py" -m pip install -q --target "$dir/torch" --no-deps torchvision==0.26.0
  touch "$dir/torch/.complete"
fi

new_env() {  # new_env NAME: a fresh environment that sees the shared torch
  local p="$dir/$1/bin/python"
  rm -rf "${dir:?}/$1"
  "$py" -m venv "$dir/$1"
  echo "$dir/torch" > "$("$p" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch.pth"
  # setuptools<70: mmcv 1.7.2's setup.py and mmengine want pkg_resources
  "$p" -m pip install -q "setuptools<70" wheel
  "$p" -m pip install -q "numpy==1.26.4" pillow addict pyyaml yapf packaging \
      opencv-python-headless==4.10.0.84
}

if [ ! -e "$dir/a/.complete" ]; then
  echo "== $dir/a"
  new_env a
  p="$dir/a/bin/python"
  # xtcocotools is built for numpy 1, hence the pin; chumpy is not needed
  "$p" -m pip install -q "numpy==1.26.4" "scipy<1.14" json_tricks munkres pycocotools \
      xtcocotools matplotlib rich termcolor six
  # --no-deps: they would bring a second, newer OpenCV that hides 4.10
  "$p" -m pip install -q --no-deps mmengine==0.10.7 mmcv-lite==2.1.0 mmpose==1.3.2
  # The reference implementations of optimizers that torch does not have
  "$p" -m pip install -q huggingface_hub==2.4.0 safetensors==0.8.0
  "$p" -m pip install -q --no-deps timm==1.0.31 lion-pytorch==0.2.5 schedulefree==1.4.1
  touch "$dir/a/.complete"
fi

if [ ! -e "$dir/b/.complete" ]; then
  echo "== $dir/b"
  new_env b
  p="$dir/b/bin/python"
  "$p" -m pip install -q --no-build-isolation --no-deps mmcv==1.7.2
  touch "$dir/b/.complete"
fi

echo "peers ready: $dir/a $dir/b"
