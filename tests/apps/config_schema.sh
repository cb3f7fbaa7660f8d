#!/usr/bin/env bash
# The schema for editors. Arguments: source folder, build folder, base only: ON or OFF.
# Ends with 77, skipped, where Python has no jsonschema (POSEHOST_JSONSCHEMA_PYTHON names one that has).
source "$(dirname "$0")/../support/check.sh"
source=$1 posehost=$2/bin/posehost
export HOME=$work XDG_DATA_HOME=$work/data
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
python=${POSEHOST_JSONSCHEMA_PYTHON:-python3}
if ! "$python" -c 'import jsonschema; jsonschema.Draft202012Validator' 2>/dev/null; then
  echo "skipped: $python has no jsonschema 4; python3 -m venv V && V/bin/pip install jsonschema, then POSEHOST_JSONSCHEMA_PYTHON=V/bin/python"
  exit 77
fi
"$posehost" config-schema >"$work/schema.json"
known=yes
[[ $3 == ON ]] && known=no
"$posehost" print-config "$source/tests/apps/small.json" >"$work/resolved.json"
"$python" "$(dirname "$0")/config_schema.py" "$work/schema.json" $known "$source"/configs/*.json "$source"/tests/apps/*.json \
  "$work/resolved.json"
