#!/usr/bin/env bash
# Configures and builds in build/. Usage: tools/build.sh [ninja target...]
set -eu
cd "$(dirname "$0")/.."
mkdir -p build
[ -f build/build.ninja ] ||
  cmake -S . -B build -G Ninja >build/configure.log 2>&1 ||
  { tail -30 build/configure.log >&2; echo "build.sh: cmake failed, see above" >&2; exit 1; }
if [ -t 1 ]; then
  ninja -C build "$@"
else
  ninja -C build "$@" >build/build.log 2>&1 ||
    { grep -E 'error|FAILED' build/build.log | head -40 >&2
      echo "build.sh: the build failed, see build/build.log" >&2; exit 1; }
fi
