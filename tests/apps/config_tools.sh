#!/usr/bin/env bash
# print-config as a user calls it. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
quick=$source/configs/quickstart.json

# says <exit status> <text> <command...>
says() {
  local text=$2
  run "$1" "${@:3}"
  expect "$text"
}

says 0 "no differences" "$posehost" print-config "$quick" --diff "$quick"
says 0 "~ /optimizer/lr: 0.5 -> 0.002" "$posehost" print-config "$quick" --set optimizer.lr=0.5 --diff "$quick"
says 0 "~ /total_epochs: 60 -> 3" "$posehost" print-config "$quick" --diff "$source/tests/apps/small.json"
"$posehost" print-config "$quick" --set seed=3 --diff "$quick" --json | python3 -c '
import json, sys
assert json.load(sys.stdin) == [{"path": "/seed", "before": 3}]' || fail "--diff --json"

line=$(grep -n '"optimizer":' "$quick" | cut -d: -f1)
says 0 "/optimizer/lr = 0.002 file: $quick:$line" "$posehost" print-config "$quick" --explain optimizer.lr
says 0 "command line: --set optimizer.lr" "$posehost" print-config "$quick" --set optimizer.lr=1 --explain optimizer.lr
says 0 "default of the host" "$posehost" print-config "$quick" --explain log_level
says 0 "default of org.posehost.optimizers/Adam" "$posehost" print-config "$quick" --explain optimizer.betas
says 0 "not set" "$posehost" print-config "$quick" --explain resume_from
says 2 "there is no such value" "$posehost" print-config "$quick" --explain optimizer.nothing
says 2 'did you mean "optimizer"' "$posehost" print-config "$quick" --explain optimiser.lr
says 2 "one of them" "$posehost" print-config "$quick" --explain seed --diff "$quick"
"$posehost" print-config "$quick" --explain optimizer --json | python3 -c '
import json, sys
found = {one["path"]: one for one in json.load(sys.stdin)}
assert found["/optimizer/lr"]["value"] == 0.002 and found["/optimizer/lr"]["kind"] == "file"
assert found["/optimizer/lr"]["line"] > 1' || fail "--explain --json"

# What comes from the environment is shown nowhere.
printf '{"_base_": "%s", "work_dir": "{{$SECRET_DIR}}"}' "$quick" >"$work/secret.json"
export SECRET_DIR=/home/hunter2
for flags in "" "--explain work_dir" "--explain /" "--diff=$quick"; do
  # shellcheck disable=SC2086 # two words
  says 0 '{{$SECRET_DIR}}' "$posehost" print-config "$work/secret.json" $flags
  expect_not hunter2
done
echo "all as expected"
