#!/usr/bin/env bash
# Runs the demo for minutes under a sanitizer, with two clients, and watches the engine's memory.
# Fails on any report of the sanitizer, when a program ends early, and when memory grows by more than
# 5 % after the first fifth. Usage: tools/soak.sh address|thread [--seconds N]   (default 600)
set -eu
cd "$(dirname "$0")/.."
case "${1:-}" in
  address) folder=build-asan sanitize=address,undefined ;;
  thread) folder=build-tsan sanitize=thread ;;
  *) sed -n '2,5s/^# //p' "$0"; exit 2 ;;
esac
kind=$1
seconds=600
[ "${2:-}" = "--seconds" ] && seconds=$3
room=build/soak-$kind
trocar=$folder/bin/trocar
export ASAN_OPTIONS=detect_leaks=1:quarantine_size_mb=16 LSAN_OPTIONS=suppressions=$PWD/.ci/lsan.supp
export TSAN_OPTIONS=halt_on_error=1:suppressions=$PWD/.ci/tsan.supp
pids=""
trap 'for p in $pids; do kill "$p" 2>/dev/null || true; done; wait 2>/dev/null || true' EXIT

echo "== build ($folder, log in $room.log)"
mkdir -p "$room"
{ cmake -S . -B $folder -G Ninja -DTROCAR_WERROR=ON -DTROCAR_SANITIZE=$sanitize \
    -DTROCAR_OPTIMISE=-O1 && ninja -C $folder trocar; } >"$room.log" 2>&1 ||
  { tail -20 "$room.log"; exit 1; }
tools/build.sh trocar
build/bin/trocar phantom "$room" >"$room.log" 2>&1
free_port() {  # FROM TO: a port in between on which nobody listens
  local port
  while port=$(shuf -i "$1-$2" -n 1); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
  echo "$port"
}
tracker_port=$(free_port 20000 25999)
server_port=$(free_port 26000 32000)
sed -e "s/^port = 8765/port = $tracker_port/" -e "s/^port = 18944/port = $server_port/" \
  "$room/run.toml" >"$room/soak.toml"
# Back and forth without end, so that touches, zones and losses come again and again.
sed -e 's/^frame = "patient"/frame = "patient"\nat_end = "bounce"/' \
  "$room/simulator.toml" >"$room/soak_simulator.toml"

echo "== $seconds s under the $kind sanitizer"
rm -f "$room/ready"
$trocar simulate ndi "$room/soak_simulator.toml" --listen "$tracker_port" \
  --ready-file "$room/ready" >"$room/simulator.out" 2>&1 &
simulator=$!
pids="$simulator"
for _ in $(seq 100); do [ -s "$room/ready" ] && break; sleep 0.1; done
$trocar run "$room/soak.toml" --for "$seconds" --json >"$room/run.out" 2>"$room/run.err" &
engine=$!
pids="$pids $engine"
sleep 5
for client in 1 2; do
  build/bin/trocar watch "127.0.0.1:$server_port" --json >"$room/watch$client.out" 2>&1 &
  pids="$pids $!"
done

rss_kb() { awk '/^VmRSS/ {print $2}' "/proc/$engine/status" 2>/dev/null || echo 0; }
sleep $((seconds / 5))
early=$(rss_kb)
late=$early
while kill -0 $engine 2>/dev/null; do
  now=$(rss_kb)
  [ "${now:-0}" -gt 0 ] && late=$now
  sleep 2
done
status=0
wait $engine || status=$?
alive=yes
kill -0 $simulator 2>/dev/null || alive=no
kill -INT $simulator 2>/dev/null || true
simulator_status=0
wait $simulator || simulator_status=$?
pids=""
pkill -P $$ 2>/dev/null || true
reports=$(cat "$room"/*.out "$room/run.err" | grep -cE 'Sanitizer|runtime error' || true)
grep -o '{.*' "$room/run.out" | tail -1
echo "engine exit $status, simulator alive $alive (exit $simulator_status), reports $reports," \
  "memory ${early} kB after a fifth, ${late} kB at the end"
[ "$status" -eq 0 ] && [ "$alive" = yes ] && [ "$reports" -eq 0 ] &&
  [ $((late * 100)) -le $((early * 105)) ]
