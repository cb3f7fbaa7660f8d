#!/usr/bin/env bash
# A Python with torch for tests of what others read of our files, from the wheel that LibTorch comes from, without the 2 GB of CUDA
# libraries that `import torch` of it wants: these are stood in for by libraries whose functions end the process. Nothing of CUDA
# can be called, and saving and loading on the CPU never does.
#
# torch_python.sh LIBTORCH FOLDER: makes FOLDER/python. LIBTORCH is .deps/libtorch; needs a C compiler, nm, the Python that the wheel
# is for (3.11) and pip with its index.
set -euo pipefail
libtorch=$(cd "$1" && pwd)
mkdir -p "$2/stubs"
folder=$(cd "$2" && pwd)

python=
for each in python3.11 python3; do
  if "$each" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then python=$each && break; fi
done
[[ -n $python ]] || { echo "torch_python: LibTorch's wheel is for Python 3.11, which is not here" >&2; exit 1; }
"$python" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check filelock==3.20.0 fsspec==2025.9.0 jinja2==3.1.6 networkx==3.5 numpy==2.3.4 \
  sympy==1.14.0 typing_extensions==4.15.0
echo "$libtorch" >"$("$folder/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/libtorch.pth"

# stub <library> <version of its symbols, or nothing>: reads names of functions.
stub() {
  sed 's/.*/void &(void) { __builtin_trap(); }/' >"$folder/stubs/$1.c"
  printf '%s { global: *; };\n' "$2" >"$folder/stubs/$1.map"
  local script=()
  [[ -z $2 ]] || script=(-Wl,--version-script="$folder/stubs/$1.map")
  cc -shared -fPIC -w -x c "$folder/stubs/$1.c" -o "$folder/stubs/$1" -Wl,-soname,"$1" "${script[@]}"
}
# "name@version" or "name" of everything that torch's libraries take from others.
for library in cuda nvshmem python; do nm -D --undefined-only "$libtorch/torch/lib/libtorch_$library.so"; done |
  awk '$1 == "U" {print $2}' | sort -u >"$folder/wanted"
for library in libcublas.so.13 libcublasLt.so.13 libcudnn.so.9 libcufft.so.12 libcusparse.so.12; do
  sed -n "s/@$library\$//p" "$folder/wanted" | stub $library $library
done
sed -n 's/@NVSHMEM$//p' "$folder/wanted" | stub libnvshmem_host.so.3 NVSHMEM
for pair in libcufile.so.0:cuFile libcurand.so.10:curand libcusparseLt.so.0:cusparseLt libnccl.so.2:nccl; do
  { grep -E "^${pair#*:}[A-Za-z_0-9]*$" "$folder/wanted" || true; } | stub "${pair%:*}" ""
done

cat >"$folder/python" <<RUN
#!/bin/sh
LD_LIBRARY_PATH='$folder/stubs:$libtorch/nvidia/cu13/lib' PYTHONDONTWRITEBYTECODE=1 exec '$folder/venv/bin/python' "\$@"
RUN
chmod +x "$folder/python"
"$folder/python" -c 'import torch; print("torch", torch.__version__, torch.ones(2).sum().item())'
