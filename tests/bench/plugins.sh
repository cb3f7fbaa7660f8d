#!/usr/bin/env bash
# plugins.sh <build folder> [list] [load]: how long `posehost plugin list` takes over that many plugins (default
# 200), of which it runs none, and what loading that many (default 50) adds to a process. Medians of 20 rounds.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd) list=${2:-200} load=${3:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH
mkdir -m 700 "$work/plugins"

# A source with an id of its own; each tells on standard error that its code runs.
template='#define FIXTURE_ID "bench.plugin%d"
#define FIXTURE_NAME "Scaled%d"
#include "fixture.h"
#include <unistd.h>
__attribute__((constructor)) static void loaded(void) { static const char text[] = "plugin code ran\\n"; (void)!write(2, text, sizeof text - 1); }
'
for i in $(seq "$list"); do
  # shellcheck disable=SC2059 # the template is ours
  printf "$template" "$i" "$i" >"$work/$i.c"
done
export work here
seq "$list" | xargs -P "$(nproc)" -I{} sh -c 'cc -w -O0 -shared -fPIC -fvisibility=hidden -I "$here/../../sdk/include" \
  -I "$here/../fixtures/plugins" "$work/{}.c" -o "$work/plugins/{}.so" && chmod 600 "$work/plugins/{}.so"'

python3 - "$build" "$work/plugins" "$list" "$load" <<'PY'
import json, statistics, subprocess, sys, time
build, plugins, n_list, n_load = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
command = [f"{build}/bin/posehost", "plugin", "list"]


def median_ms(command, rounds=20):
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True)
        times.append(1000 * (time.perf_counter() - began))
        assert done.returncode == 0, done.stderr
        assert "plugin code ran" not in done.stderr, "a listing ran code of a plugin"
    return statistics.median(times), done.stdout


none, _ = median_ms(command)
some, out = median_ms(command + ["--plugin-dir", plugins])
assert out.count("bench.plugin") == n_list, out.count("bench.plugin")
loaded = json.loads(subprocess.run([f"{build}/tests/load_plugins", plugins, str(n_load)], check=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
print(f"plugin list, bundled only   {none:7.1f} ms")
print(f"plugin list, {n_list} more       {some:7.1f} ms   (goal: below 100)")
print(f"scan of {n_list}                {loaded['scan_ms']:7.1f} ms")
print(f"loading {loaded['n']}                  {loaded['load_ms']:7.1f} ms   (goal: below 50)")
print(f"loading {loaded['n']} by hash          {loaded['held_ms']:7.1f} ms")
sys.exit(0 if some < 100 and loaded["load_ms"] < 50 else 1)
PY
