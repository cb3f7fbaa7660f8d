#!/usr/bin/env bash
# Installs the system packages that the build needs and that are missing; asks for nothing when all
# are there. Knows Debian 12 and Ubuntu 24.04; elsewhere it says what is needed and leaves the rest to
# CMake. Arguments are further packages (used by .ci/run).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# Any compiler, CMake or Ninja in PATH will do; the libraries are looked up by package.
needed=()
command -v "${CXX:-c++}" >/dev/null || needed+=(g++)
command -v cmake >/dev/null || needed+=(cmake)
command -v ninja >/dev/null || needed+=(ninja-build)
libraries=(libboost-dev nlohmann-json3-dev libspdlog-dev libcli11-dev catch2
  libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev libopencv-videoio-dev
  libjpeg-dev zlib1g-dev gnuplot-nox libonnx-dev libprotobuf-dev)
# Only for getting LibTorch.
if [[ -z ${LIBTORCH:-} && ! -d .deps/libtorch ]] && ! python3 -m pip --version >/dev/null 2>&1; then
  libraries+=(python3-pip)
fi

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  [[ -d build ]] && exit 0  # said once
  echo "packages: this is neither Debian nor Ubuntu, so nothing is installed. If CMake misses something: a"
  echo "  C++20 compiler (gcc 12 or clang 14, or newer), CMake 3.25, Boost headers 1.74, nlohmann-json 3.11,"
  echo "  spdlog 1.10, CLI11 2.1, Catch2 2.13 or 3, OpenCV 4 (core, imgproc, imgcodecs; videoio for videos), libjpeg-turbo 2.1, zlib 1.2,"
  echo "  protobuf 3.21, ONNX 1.12 (its C++ library)."
  exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${libraries[@]}" "$@" 2>/dev/null || true)
for package in "${libraries[@]}" "$@"; do
  grep -qx "installed $package" <<<"$installed" || needed+=("$package")
done
[[ ${#needed[@]} -eq 0 ]] && exit 0

# Shorter rebuilds and links: taken along, never a reason to ask.
command -v ccache >/dev/null || needed+=(ccache)
command -v mold >/dev/null || needed+=(mold)

as_root=()
if [[ $(id -u) -ne 0 ]]; then
  if ! command -v sudo >/dev/null || ! { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
    echo "packages: system packages are missing, and only root or sudo can install them" >&2
    echo "  found     not installed: ${needed[*]}" >&2
    echo "  try       as root: apt-get update && apt-get install --no-install-recommends ${needed[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "packages: installing ${needed[*]}${as_root:+ (sudo may ask for your password)}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${as_root[@]}" apt-get update -q >"$log" 2>&1 ||
   ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
       apt-get install -y -q --no-install-recommends "${needed[@]}" >>"$log" 2>&1; then
  echo "packages: apt-get failed" >&2
  tail -n 8 "$log" | sed 's/^/  found     /' >&2
  echo "  expected  ${needed[*]} installed" >&2
  echo "  try       look at the lines above: no network, a full disk, or another apt-get at work" >&2
  exit 1
fi
