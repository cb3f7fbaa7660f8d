#!/usr/bin/env bash
# The commands in the tutorial's chapters work as they stand there, in both languages. Arguments: source folder, build folder.
source "$(dirname "$0")/../support/check.sh"
export XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/settings OMP_WAIT_POLICY=PASSIVE
unset POSEHOST_PLUGIN_PATH POSEHOST_BUNDLED_PLUGINS
mkdir "$work/tutorial"
python3 "$(dirname "$0")/tutorial_commands.py" "$1" "$2" "$work/tutorial" || fail "see above"
echo "all as expected"
