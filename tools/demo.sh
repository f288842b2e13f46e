#!/usr/bin/env bash
# Installs what is missing, builds trocar, and runs the main job on a simulated operating room:
# a phantom patient, a simulated NDI tracker on loopback, `trocar run` on its bytes, and `trocar watch`
# showing what a display client gets. Everything it writes is below build/. Needs root or sudo once.
# Usage: tools/demo.sh [--seconds N]
#        tools/demo.sh ct     the same patient on the table: the spine has bent, a scan arrives by DICOM
set -eu
cd "$(dirname "$0")/.."
[ "${1:-}" = "ct" ] && exec tools/demo_ct.sh
seconds=85
[ "${1:-}" = "--seconds" ] && seconds=$2
room=build/demo
. tools/demo_common.sh

wait_for() {  # file, process, what
  for _ in $(seq 100); do
    [ -s "$1" ] && return
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  echo "demo.sh: $3 did not start; see $room/*.log" >&2
  exit 1
}

echo "== 1/4 packages"
tools/packages.sh build
echo "== 2/4 build (build/, log in build/build.log)"
tools/build.sh trocar
echo "== 3/4 a patient (phantom in $room)"
# Made again when the program is newer: what it writes and what it reads belong together.
[ $room/phantom.json -nt $trocar ] || $trocar phantom $room >/dev/null
$trocar check $room/run.toml >$room/check.log || { cat $room/check.log >&2; exit 3; }

echo "== 4/4 the operation ($seconds s; Ctrl-C ends it)"
echo "   research software, not a cleared medical device"
tracker_port=$(free_port)
server_port=$(free_port)
sed -e "s/^port = 8765/port = $tracker_port/" -e "s/^port = 18944/port = $server_port/" \
  $room/run.toml >$room/run_demo.toml
rm -f $room/ready
$trocar simulate ndi $room/simulator.toml --listen "$tracker_port" --ready-file $room/ready \
  >$room/simulator.log 2>&1 &
pids="$pids $!"
wait_for $room/ready $! "the simulated tracker"
$trocar run $room/run_demo.toml >$room/run.log 2>&1 &
pids="$pids $!"
echo "   OpenIGTLink on localhost:$server_port (3D Slicer: OpenIGTLinkIF, client, that port)"
status=0
$trocar watch "127.0.0.1:$server_port" --for "$seconds" || status=$?
echo "== done; log of the engine: $room/trocar.log"
exit $status
