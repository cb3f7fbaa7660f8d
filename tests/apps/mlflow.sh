#!/usr/bin/env bash
# Rows on a real MLflow server on this machine, a server that goes away and comes back, one that never was.
# Arguments: source folder, build folder. Ends with 77, skipped, without mlflow (POSEHOST_MLFLOW_PYTHON names
# a Python that has it) or without the plugin, which needs libcurl.
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export XDG_DATA_HOME=$work/data OMP_WAIT_POLICY=PASSIVE no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS MLFLOW_TRACKING_URI
python=${POSEHOST_MLFLOW_PYTHON:-python3}
if [[ ! -e $2/lib/posehost/plugins/org.posehost.mlflow.so ]]; then
  echo "skipped: built without libcurl"
  exit 77
fi
cd "$source/configs"
small=$source/tests/apps/small.json
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
hook='{"type": "MlflowLoggerHook", "interval": 1, "exp_name": "mice", "tags": {"lab": "a b"}, "params": {"lr": 0.002},
  "tracking_uri": "http://127.0.0.1:'$port'"}'
args=(--set "log_config={\"interval\": 1, \"hooks\": [{\"type\": \"TextLoggerHook\"}, $hook]}" --set evaluation.interval=1)

# Nobody answers: said once, nothing is lost, the run takes no longer.
run 0 "$posehost" run "$small" --work-dir "$work/run" "${args[@]}" --set total_epochs=1
expect "the run goes on, values wait"
[[ $(grep -c "values wait" <<<"$output") == 1 ]] || fail "said more than once" "$output"
[[ -s $work/run/mlflow_waiting.json ]] || fail "nothing was kept" "$output"
run 0 "$posehost" run "$small" --work-dir "$work/none" --set total_epochs=1 --set 'custom_hooks=[{"type": "MlflowLoggerHook"}]'
expect "no server to log to"

if ! "$python" -c 'import mlflow.server' 2>/dev/null; then
  echo "skipped: $python has no mlflow; set POSEHOST_MLFLOW_PYTHON"
  exit 77
fi
(cd "$work" && exec "$python" -m mlflow server --host 127.0.0.1 --port "$port" --workers 1 \
  --backend-store-uri "sqlite:///$work/mlflow.db" --default-artifact-root "$work/artifacts" >"$work/server.out" 2>&1) &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 300); do
  "$python" -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/health', timeout=1)" 2>/dev/null && break
  kill -0 $server 2>/dev/null || fail "the server ended" "$(cat "$work/server.out")"
  sleep 0.2
done
# The run that goes on sends what waited, too.
run 0 "$posehost" run "$small" --work-dir "$work/run" "${args[@]}" --set total_epochs=3 --resume
expect "MLflow run "
[[ ! -e $work/run/mlflow_waiting.json ]] || fail "something still waits" "$output"
"$python" "$(dirname "$0")/mlflow_rows.py" "http://127.0.0.1:$port" "$work/run" 2>"$work/err" || fail "the server has something else" "$(cat "$work/err")"
