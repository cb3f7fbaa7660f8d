#!/usr/bin/env bash
# The configs of the hooks' tutorial do what their chapter says. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost prefix=$2/sdk
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
cd "$source/configs"

# trained <config> [argument ...]: into $work/<name of the config>
trained() {
  name=$(basename "$1" .json)
  run 0 "$posehost" run "tutorial/hooks/$1" --work-dir "$work/$name" "${@:2}"
}
there() { compgen -G "$work/$name/$1" >/dev/null || fail "$name: no $1" "$output"; }
absent() { ! compgen -G "$work/$name/$1" >/dev/null || fail "$name: there is $1" "$output"; }

trained workflow.json
grep -q 'Epoch(val) \[2\].*loss: ' <<<"$output" || fail "no validation losses" "$output"
run 0 "$posehost" run tutorial/hooks/iterations.json --dry-run
expect "Run: 12 iterations"
trained priorities.json
expect "(HIGHEST ) NaNGuard"
expect "(49 ) EMA"
there "samples/iter_10.png"
trained loggers.json
there "tf_logs/events.out.tfevents.*"
expect "wandb sync --sync-tensorboard -p 'mirror-mouse'"
trained checkpoints.json
there step_6.safetensors
there step_10.safetensors
absent step_4.safetensors
trained evaluation.json
there "best_EPE_epoch_*.safetensors"
there "best_PCK_epoch_*.safetensors"
absent "best_EPE_epoch_1.safetensors"
trained pipeline_switch.json
expect "Switch pipeline now!"
run 0 "$posehost" run tutorial/hooks/profile.json --dry-run
expect ") Profiler"

# A hook of one's own, made as the chapter says.
cd "$work"
run 0 "$posehost" plugin new ShowLoss --lang cpp --kind hook --id com.example.show_loss
run 0 env PREFIX="$prefix" bash -c 'cd show_loss && ./build.sh'
built=$(dirname "$(find show_loss -name '*.so' | head -n 1)")
cd "$source/configs"
trained own_hook.json --plugin-dir "$work/$built"
expect "(VERY_LOW ) ShowLoss"
expect "loss_smooth: "

# Every config of the folder is named in both chapters, and no other.
for readme in tutorial/README.hooks.md tutorial/README.hooks.zh.md; do
  for config in tutorial/hooks/*.json; do
    grep -q "hooks/$(basename "$config")" "$readme" || fail "$readme does not name $config"
  done
  for named in $(grep -o 'hooks/[a-z_]*\.json' "$readme" | sort -u); do
    [[ -e tutorial/$named ]] || fail "$readme names $named, which is not there"
  done
done
echo "all as expected"
