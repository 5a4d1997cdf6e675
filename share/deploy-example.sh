#!/bin/sh
# An example of a deployment on a dialer that vicikeep watches:
#
#     deploy-example.sh COMMAND [ARGUMENT...]
#
# runs COMMAND, which may restart what it likes, and succeeds when the dialer works again afterwards.
# To be copied and changed.
set -u

run_dir=${VICIKEEP_RUN_DIR:-/run/vicikeep}
pause=$run_dir/pause

# While this file is there, vicikeep looks and repairs nothing. It holds minutes: should this script die, the pause ends
# by itself.
mkdir -p -m 755 "$run_dir"
echo 15 >"$pause" || exit 1
trap 'rm -f "$pause"' EXIT
trap 'exit 1' HUP INT TERM

"$@" || {
	echo "deploy: $1 failed with $?" >&2
	exit 1
}

# From here on vicikeep may help: it looks, repairs and looks again for up to three minutes.
rm -f "$pause"
vicikeep check --wait 180
status=$?
case $status in
0) echo 'deploy: the dialer works' ;;
1) echo 'deploy: the dialer works, with warnings' ;;
*)
	echo "deploy: the dialer does not work (status $status)" >&2
	exit 1
	;;
esac
