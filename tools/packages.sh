#!/usr/bin/env bash
# Installs what is missing of trocar's Debian packages. Usage: tools/packages.sh build|check
#   build  what the engine and its tests need
#   check  the same, and what .ci/run needs: clang, sanitizers, the benchmarks' peers
set -eu
build="g++ cmake ninja-build ccache pkg-config libeigen3-dev libspdlog-dev libfmt-dev libtomlplusplus-dev
  libcli11-dev nlohmann-json3-dev libboost-dev libhwy-dev libinsighttoolkit5-dev libvtk9-dev
  libopenigtlink-dev libpugixml-dev libdcmtk-dev zlib1g-dev libssl-dev libsqlite3-dev libhdf5-dev libprotobuf-dev
  protobuf-compiler catch2 locales"
check="clang-14 clang-tidy-14 clang-format-14 libclang-rt-14-dev libcgal-dev libembree-dev libfcl-dev
  slurm-wlm munge dcmtk orthanc elastix plastimatch"
# A reader of other people reads our sessions (tests/interop); an npm that is on PATH will do.
command -v npm >/dev/null || check="$check nodejs npm"

case "${1:-build}" in
  build) wanted=$build ;;
  check) wanted="$build $check" ;;
  ct) wanted="$build dcmtk" ;;  # the demo of a scan on the table sends it with DCMTK's storescu
  *) echo "usage: tools/packages.sh build|check|ct" >&2; exit 2 ;;
esac

missing=""
for package in $wanted; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "packages.sh: needs root or sudo to install:$missing" >&2; exit 1; }
  root=sudo
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
# Orthanc is a peer of tests, no service of this machine: Debian's own way to say that nothing starts.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ] && echo "$missing" | grep -q orthanc; then
  printf '#!/bin/sh\nexit 101\n' | $root tee $policy >/dev/null && $root chmod +x $policy
  trap '$root rm -f $policy' EXIT
fi
log=$(mktemp)
{ $root apt-get update -qq && $root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 ||
  { tail -20 "$log" >&2; echo "packages.sh: apt-get failed, see above" >&2; exit 1; }
