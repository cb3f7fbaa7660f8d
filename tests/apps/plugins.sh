#!/usr/bin/env bash
# Plugins as a user handles them: trust, docs, locks. Arguments: source folder, build folder, base only: ON or OFF.
source "$(dirname "$0")/../support/check.sh"
source=$1 build=$2 posehost=$2/bin/posehost base_only=$3
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS XDG_CONFIG_HOME XDG_CACHE_HOME
cd "$work"

# says <exit status> <text> <command...>
says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}

says 2 "DIR, --remove DIR or --list" "$posehost" plugin trust
says 2 "no such folder" "$posehost" plugin trust absent
mkdir -m 700 mine
says 0 "trusted: configs may name $work/mine" "$posehost" plugin trust mine
says 0 "$work/mine" "$posehost" plugin trust --list
says 0 "\"$work/mine\"" "$posehost" plugin trust --list --json
says 2 "not in the list" "$posehost" plugin trust --remove other
says 0 "no longer trusted" "$posehost" plugin trust --remove mine
says 0 "no trusted folders" "$posehost" plugin trust --list
chmod 777 mine
says 3 "chmod o-w '$work/mine'" "$posehost" plugin trust mine
chmod 700 mine

says 0 "weight_decay" "$posehost" plugin docs AdamW
says 0 "Hyper-parameter, role lr" "$posehost" plugin docs AdamW
says 0 '| `lr` | number |' "$posehost" plugin docs org.posehost.optimizers/AdamW --markdown
says 0 "## SGD" "$posehost" plugin docs org.posehost.optimizers --markdown
says 3 'did you mean "AdamW"' "$posehost" plugin docs AdamWW

# Without a config: what a run would see.
says 0 "org.posehost.optimizers" "$posehost" plugin lock
python3 - "$build" <<'PY' || fail "the lock does not hold the hashes of the files" "$(cat posehost.lock.json)"
import hashlib, json, pathlib, sys
lock = json.load(open("posehost.lock.json"))
assert lock["format"] == 1
for plugin in lock["plugins"]:
    data = (pathlib.Path(sys.argv[1]) / "lib/posehost/plugins" / plugin["file"]).read_bytes()
    assert plugin["sha256"] == hashlib.sha256(data).hexdigest(), plugin
assert len(lock["plugins"]) >= 4
PY
says 2 "no config" "$posehost" plugin lock --set a=1
[[ $base_only == ON ]] && exit 0

# With one: what its plan loads, and a run loads nothing else.
mkdir locked
config=$work/locked/small.json
sed "s#../../configs/#$source/configs/#" "$source/tests/apps/small.json" >"$config"
cd "$source/configs"  # the data set is named from there
says 2 "no such file" "$posehost" run "$config" --dry-run --locked
says 0 "locked" "$posehost" plugin lock "$config"
says 0 "unchanged" "$posehost" plugin lock "$config"
says 0 "Memory estimate" "$posehost" run "$config" --dry-run --locked
[[ $(stat -c %a "$work/.cache/posehost/plugins") == 700 ]] || fail "copies that others can reach"
was=$(sha256sum <"$build/lib/posehost/plugins/org.posehost.optimizers.so" | cut -d' ' -f1)
changed=$work/changed
mkdir -m 700 "$changed"
cp "$build/lib/posehost/plugins/org.posehost.optimizers.so" "$changed/"
chmod 600 "$changed"/*
printf 'more' >>"$changed"/org.posehost.optimizers.so
now=$(sha256sum <"$changed"/org.posehost.optimizers.so | cut -d' ' -f1)
says 3 "$was" "$posehost" run "$config" --dry-run --locked --plugin-dir "$changed"
expect "$now"
expect "not the file that was locked"
says 0 "Memory estimate" "$posehost" run "$config" --dry-run --plugin-dir "$changed"
echo "all as expected"
