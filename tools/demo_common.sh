# shellcheck shell=bash
# What the demonstrations share; sourced from the repository's root. Processes whose ids are in $pids
# end with the script, however it ends.
trocar=build/bin/trocar
pids=""
cleanup() {
  for pid in $pids; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
}
trap cleanup EXIT
trap 'exit 130' INT TERM

free_port() {  # a loopback port nobody listens on
  local port
  for port in $(shuf -i 20000-45000 -n 50); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port"; return; }
  done
  echo "$(basename "$0"): no free port found" >&2
  exit 1
}
