#!/usr/bin/env bash
# The demonstration of a scan on the table: the phantom's spine bends after the first CT, the needle is
# registered by touch and held beside the lesion; then an intraoperative CT arrives by DICOM, each
# vertebra is registered on its own, and the distance is shown before and after, beside the truth. Last,
# pictures of the same scan's registration, for a person to judge.
# Everything it writes is below build/. Needs root or sudo once. Usage: tools/demo_ct.sh
set -eu
cd "$(dirname "$0")/.."
room=build/demo_ct
. tools/demo_common.sh

wait_for() {  # seconds, what, command: until it succeeds
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "demo_ct.sh: $what did not come; see $room/*.log" >&2; exit 1; }
    sleep 0.2
  done
}

# What the navigator says last of a scan; the lines before it are of the way there.
answer="(registration|alarm): intraoperative scan (done|refused)"
scan_is_used() {
  local said
  said=$(grep -E "$answer" $room/run.log | tail -1)
  case $said in
    *"intraoperative scan done"*) ;;
    *) echo "demo_ct.sh: the scan was not taken:${said##*intraoperative scan}; see $room/run.log" >&2
       exit 5 ;;
  esac
}

distance() {  # of the needle to the tumour, as a display shows it
  $trocar watch --plain --once "127.0.0.1:$server_port" | grep -E 'tumour' || true
}

echo "== 1/6 packages"
tools/packages.sh ct
echo "== 2/6 build (build/, log in build/build.log)"
tools/build.sh trocar
echo "== 3/6 a patient, first in the scanner and then bent on the table (phantom in $room)"
[ $room/run_ct.toml -nt $trocar ] || $trocar phantom $room --intraop --flexion 4 >/dev/null
tracker_port=$(free_port)
server_port=$(free_port)
dicom_port=$(free_port)
sed -e "s/^port = 8765/port = $tracker_port/" -e "s/^port = 18944/port = $server_port/" \
  -e "s/^port = 11112/port = $dicom_port/" $room/run_ct.toml >$room/run_demo.toml
$trocar check $room/run_demo.toml >$room/check.log || { cat $room/check.log >&2; exit 3; }

echo "== 4/6 the needle touches the fiducials, then is held beside the lesion (about 30 s)"
echo "   research software, not a cleared medical device"
rm -f $room/ready $room/run.log
$trocar simulate ndi $room/simulator_ct.toml --listen "$tracker_port" --ready-file $room/ready \
  >$room/simulator.log 2>&1 &
pids="$pids $!"
wait_for 20 "the simulated tracker" test -s $room/ready
$trocar run $room/run_demo.toml >$room/run.log 2>&1 &
pids="$pids $!"
wait_for 120 "the registration by touch" grep -q "registration of the spine accepted" $room/run.log
sleep 8  # the hand goes to the lesion
echo "   before the scan, registered by touch:"
distance

echo "== 5/6 the scan arrives by DICOM"
began=$(date +%s%N)
storescu -aec TROCAR 127.0.0.1 "$dicom_port" +sd $room/intraop/ct >$room/storescu.log 2>&1 ||
  { echo "demo_ct.sh: the scan was not sent; see $room/storescu.log" >&2; exit 1; }
wait_for 60 "the scan's registration" grep -qE "$answer" $room/run.log
scan_is_used
echo "   $(($(date +%s%N) / 1000000 - began / 1000000)) ms from the first slice to the answer:"
grep -E "registration of L|intraoperative scan" $room/run.log | sed 's/^/   /'
sleep 1
echo "   after the scan, each vertebra on its own:"
distance
echo "   the truth (distance of the held tip to the tumour's mesh): $(sed -n 's/^held_tip_to_tumour_mm = //p' $room/intraop/truth.toml) mm"

echo "== 6/6 pictures of that scan, registered again from its files"
status=0
rm -rf "$room/pictures"
$trocar register ct --preop $room/ct --labels $room/labels.nrrd --intraop $room/intraop/ct \
  --vertebra L1,L2,L3,L4,L5 --pictures $room/pictures >$room/pictures.log 2>&1 || status=$?
grep -E "accepted|REFUSED|trocar:" $room/pictures.log | sed 's/^/   /' || true
[ -s $room/pictures/index.html ] && echo "   look at $room/pictures/index.html"
exit $status
