#!/usr/bin/env bash
# Installs what is missing, builds trocar and runs every test. Needs root or sudo for the first part.
# Usage: tools/test.sh [ctest arguments]
set -eu
cd "$(dirname "$0")/.."

echo "== 1/3 packages"
tools/packages.sh build
echo "== 2/3 build (build/, log in build/build.log)"
tools/build.sh
echo "== 3/3 tests"
exec ctest --test-dir build --output-on-failure -j"$(nproc)" "$@"
