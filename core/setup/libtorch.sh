#!/usr/bin/env bash
# Gets LibTorch into .deps/libtorch: the C++ libraries and headers of the pinned torch wheel, by pip.
# With LIBTORCH set it only looks whether that folder will do. LIBTORCH_CUDA=0 or 1 overrides the
# choice between the small set of wheels and the one with CUDA, which follows the NVIDIA driver.
# Interrupted, it leaves nothing behind; a second call returns at once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
deps=$(cd "$here/../.." && pwd)/.deps
target=$deps/libtorch
version=$(sed -n 's/^torch==\([0-9.]*\).*/\1/p' "$here/libtorch.txt")

# error <summary> <found> <expected> <try>
error() {
  printf 'libtorch: %s\n  found     %s\n  expected  %s\n  try       %s\n' "$@" >&2
  exit 1
}

# The version by the headers below folder $1; nothing when there are none.
version_of() {
  local header=$1/include/torch/headeronly/version.h
  [[ -f $header ]] || return 0
  sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\)$/\2/p' "$header" | paste -sd.
}

if [[ -n ${LIBTORCH:-} ]]; then
  for folder in "$LIBTORCH" "$LIBTORCH/torch"; do
    [[ -f $folder/lib/libtorch_cpu.so ]] || continue
    found=$(version_of "$folder")
    [[ $found == "$version" ]] && exit 0
    error "LIBTORCH=$LIBTORCH: another version" "LibTorch ${found:-of unknown version, without headers}" \
      "LibTorch $version" "unset LIBTORCH, then \`make libtorch\` gets $version"
  done
  error "LIBTORCH=$LIBTORCH: no LibTorch there" "no lib/libtorch_cpu.so, nor torch/lib/libtorch_cpu.so, below it" \
    "the torch folder of a Python environment, or an unpacked libtorch" \
    "python3 -c 'import torch; print(torch.__path__[0])', or \`make libtorch\` without LIBTORCH"
fi

cuda=${LIBTORCH_CUDA:-}
if [[ -z $cuda ]]; then
  if [[ -e /proc/driver/nvidia/version ]] || nvidia-smi >/dev/null 2>&1; then cuda=1; else cuda=0; fi
fi

# Whether folder $1 holds what this machine needs.
complete() {
  local file files=(torch/lib/libtorch_cpu.so torch/lib/libc10.so nvidia/cu13/lib/libcudart.so.13
    nvidia/cu13/lib/libcupti.so.13)
  [[ $cuda == 1 ]] && files+=(torch/lib/libtorch_cuda.so nvidia/cudnn/lib/libcudnn.so.9
    nvidia/nccl/lib/libnccl.so.2 nvidia/cu13/lib/libcublas.so.13)
  for file in "${files[@]}"; do [[ -s $1/$file ]] || return 1; done
  [[ $(version_of "$1/torch") == "$version" ]]
}
complete "$target" && exit 0

[[ $(uname -sm) == "Linux x86_64" ]] ||
  error "no wheel for this machine" "$(uname -sm)" "Linux x86_64" "set LIBTORCH to a LibTorch $version of your own"
python=$(command -v python3) ||
  error "python3 is missing" "no python3 in PATH" "Python 3 with pip, to get the wheel" \
    "install python3 and python3-pip, or set LIBTORCH to a LibTorch $version"
"$python" -m pip --version >/dev/null 2>&1 ||
  error "pip is missing" "$python -m pip does not run" "Python 3 with pip, to get the wheel" \
    "install python3-pip, or set LIBTORCH to a LibTorch $version"

if [[ $cuda == 1 ]]; then list=libtorch-cuda.txt size="2.3 GB, 3.9 GB unpacked" need_mb=6500
else list=libtorch.txt size="0.5 GB, 1.2 GB unpacked" need_mb=1900; fi
mkdir -p "$deps"
exec 9>"$deps/.lock"
flock -n 9 || { echo "libtorch: another call is getting it; waiting"; flock 9; }
complete "$target" && exit 0
rm -rf "$deps"/libtorch.part.*  # of a call that was killed
free_mb=$(df -Pm "$deps" | awk 'NR == 2 {print $4}')
[[ $free_mb -ge $need_mb ]] ||
  error "not enough space" "$free_mb MB free in $deps" "$need_mb MB, most of it for a while only" \
    "free some, or set LIBTORCH to a LibTorch $version elsewhere"

# Everything happens next to the target: /tmp may be small, and a rename is atomic within a file system.
part=$(mktemp -d "$deps/libtorch.part.XXXXXX")
trap 'rm -rf "$part"' EXIT
mkdir "$part/tmp" "$part/new"
# Only the C++ part is used, so one Python's wheel serves every Python; pip takes the tags as they are
# named, older ones do not follow from newer ones.
tags=(--only-binary=:all: --implementation cp --python-version 3.11 --abi cp311)
for minor in $(seq 28 -1 5); do tags+=(--platform "manylinux_2_${minor}_x86_64"); done
tags+=(--platform manylinux2014_x86_64 --platform manylinux2010_x86_64 --platform manylinux1_x86_64)
progress=(--quiet --progress-bar off)
[[ -t 1 ]] && progress=(--progress-bar on)

echo "libtorch: getting LibTorch $version with pip ($size)"
if ! TMPDIR=$part/tmp PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_ROOT_USER_ACTION=ignore "$python" -m pip install \
    --disable-pip-version-check --no-cache-dir --no-deps --ignore-requires-python \
    --require-hashes "${progress[@]}" "${tags[@]}" --target "$part/new" \
    --requirement "$here/$list" 2>"$part/log"; then
  tail -n 5 "$part/log" >&2
  error "pip could not get it" "the lines above" "torch $version and its NVIDIA wheels (core/setup/$list)" \
    "check network, proxy and disk, then \`make libtorch\` again; or set LIBTORCH to a LibTorch $version"
fi
complete "$part/new" ||
  error "the wheels are not what was expected" "files missing below $part/new" "LibTorch $version" "\`make libtorch\` again"

[[ -e $target ]] && mv "$target" "$part/old"
mv "$part/new" "$target"
echo "libtorch: LibTorch $version is in .deps/libtorch"
