#!/usr/bin/env bash
# Installed to a prefix or unpacked from a package, and moved, the programs still find each other and their plugins.
# setup_install.sh <build folder> <cmake> <base only: ON or OFF>
source "$(dirname "$0")/../support/check.sh"
build=$1 cmake=$2 base_only=$3
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS LD_LIBRARY_PATH

run 0 "$cmake" --install "$build" --prefix "$work/first" --component host
mv "$work/first" "$work/a prefix"
prefix="$work/a prefix"
cd "$work"

[[ -f $prefix/share/posehost/configs/quickstart.json ]] || fail "no configs" "$(find "$prefix")"
run 0 "$prefix/bin/posehost" plugin list
expect org.posehost.

# One JSON object; base alone has no posehost-torch, and the doctor says so.
if [[ $base_only == ON ]]; then
  run 1 "$prefix/bin/posehost" doctor
  expect "error posehost-torch"
else
  run 0 "$prefix/bin/posehost" doctor
  expect "ok LibTorch"
  expect "ok BLAS"
  mv "$prefix/libexec/posehost/posehost-torch" "$work/"
  run 1 "$prefix/bin/posehost" doctor
  expect "nothing can be trained"
fi
expect "ok bundled plugins $prefix/lib/posehost/plugins"
run 1 "$prefix/bin/posehost" doctor --json
expect '"name": "posehost-torch", "state": "error"'

echo "not a library" >"$prefix/lib/posehost/plugins/broken.so"
run 1 "$prefix/bin/posehost" doctor
expect "error broken plugin"
rm -r "$prefix/lib/posehost/plugins"
run 1 "$prefix/bin/posehost" doctor
expect "no folder lib/posehost/plugins beside this program"

# Where LibTorch is found: as named, in the prefix, where it was linked from; the doctor says which.
if [[ $base_only != ON ]]; then
  mv "$work/posehost-torch" "$prefix/libexec/posehost/"
  run 1 "$prefix/bin/posehost" doctor
  expect "ok LibTorch from"
  expect "(where it was linked from)"
  run 1 env POSEHOST_LIBTORCH="$work" "$prefix/bin/posehost" doctor
  expect "POSEHOST_LIBTORCH: no LibTorch there"
  run 6 env POSEHOST_LIBTORCH="$work" "$prefix/bin/posehost" run nothing.json
  expect "nor in its lib or torch/lib"
  run 1 "$prefix/bin/posehost" doctor
  linked=$(sed -n 's/^ok  *LibTorch from  *\(.*\) (where .*/\1/p' <<<"$output")
  run 1 env POSEHOST_LIBTORCH="$(dirname "$linked")" "$prefix/bin/posehost" doctor
  expect "(POSEHOST_LIBTORCH)"
fi

# Packages: two components, two formats.
(cd "$work" && run 0 "$(dirname "$cmake")/cpack" --config "$build/CPackConfig.cmake" -B "$work/packages")
cd "$work/packages"
archives=(posehost-host-*-linux-x86_64.tar.gz posehost-sdk-*-linux-x86_64.tar.gz)
for archive in "${archives[@]}"; do
  [[ -f $archive ]] || fail "no archive $archive" "$(ls)"
  tar xzf "$archive" -C "$work"
done
mv "$work"/posehost-[0-9]* "$work/unpacked elsewhere"
prefix="$work/unpacked elsewhere"
run 0 "$prefix/bin/posehost" plugin list
expect "org.posehost.optimizers"
expect_not "cannot be used"
[[ -f $prefix/share/posehost/configs/quickstart.json ]] || fail "no configs in the archive"

# compiles <prefix>: the SDK there makes a plugin with one include path, by hand, pkg-config and CMake.
compiles() {
  local sdk=$1 out
  out=$(mktemp -d "$work/plugin.XXXX")
  run 0 cc -shared -fPIC -I "$sdk/include" "$sdk/share/posehost-sdk/examples/c/sgd_plain.c" -o "$out/by_hand.so"
  run 0 "$2" plugin info "$out/by_hand.so"
  expect "org.example.sgd_c"
  if command -v pkg-config >/dev/null; then
    run 0 env PKG_CONFIG_PATH="$sdk/share/pkgconfig" pkg-config --cflags posehost-sdk
    expect "/include"
  fi
  run 0 "$cmake" -S "$sdk/share/posehost-sdk/examples/c" -B "$out/build" -DCMAKE_PREFIX_PATH="$sdk"
}
compiles "$prefix" "$prefix/bin/posehost"

if command -v dpkg-deb >/dev/null; then
  host=$(ls posehost_*.deb) sdk=$(ls posehost-sdk_*.deb)
  contents=$(dpkg-deb -c "$host")
  for file in ./usr/bin/posehost ./usr/lib/posehost/plugins/org.posehost.optimizers.so \
    ./usr/share/posehost/configs/quickstart.json; do
    grep -qF " $file" <<<"$contents" || fail "$file is not in $host" "$contents"
  done
  ! grep -q "usr/include" <<<"$contents" || fail "headers in the package of the host" "$contents"
  contents=$(dpkg-deb -c "$sdk")
  for file in ./usr/include/posehost/abi.h ./usr/share/cmake/posehost-sdk/posehost-sdk-config.cmake \
    ./usr/share/pkgconfig/posehost-sdk.pc ./usr/share/posehost-sdk/README.md; do
    grep -qF " $file" <<<"$contents" || fail "$file is not in $sdk" "$contents"
  done
  ! grep -qE "usr/lib|bin/posehost$" <<<"$contents" || fail "the host in the package of the SDK" "$contents"
  ! grep -qE '^[-d].......w' <<<"$contents" || fail "files that everybody can write" "$contents"
  dpkg-deb -x "$host" "$work/deb"
  dpkg-deb -x "$sdk" "$work/deb"
  run 0 "$work/deb/usr/bin/posehost" plugin list
  expect "org.posehost.optimizers"
  compiles "$work/deb/usr" "$work/deb/usr/bin/posehost"
  if [[ $base_only != ON ]]; then
    run 0 readelf -d "$work/deb/usr/libexec/posehost/posehost-torch"
    expect '[$ORIGIN/../../lib/posehost/libtorch/torch/lib]'
    # Nothing is where the package looks: said plainly. A link there is all it takes.
    run 1 "$work/deb/usr/bin/posehost" doctor
    expect "$work/deb/usr/lib/posehost/libtorch/torch/lib"
    mkdir -p "$work/deb/usr/lib/posehost/libtorch"
    ln -s "$(dirname "$linked")" "$work/deb/usr/lib/posehost/libtorch/torch"
    run 0 "$work/deb/usr/bin/posehost" doctor
    expect "(this installation)"
    expect "ok BLAS"
  fi
fi
echo "all as expected"
