# Sourced by the scripts in tools/: where things are, and which programs are used.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD_DIR="$ROOT/build"
LOG_DIR="$BUILD_DIR/log"
NODE_DIR="$BUILD_DIR/node"

# The oldest Node.js that playwright-core and the tests' reporters run on.
NODE_MINIMUM=20

# `ip` and the like live in sbin, which an ordinary user's PATH often lacks. The
# Node.js that tools/setup fetched, if it had to, comes before the system's.
PATH="$PATH:/usr/sbin:/sbin"
if [[ -x "$NODE_DIR/node_modules/.bin/node" ]]; then
  PATH="$NODE_DIR/node_modules/.bin:$PATH"
fi
export PATH

# Emscripten's JavaScript optimiser needs Debian's acorn, which only Debian's own
# node finds by itself.
export NODE_PATH="${NODE_PATH:-/usr/share/nodejs}"

# Messages are read by people and, in places, by these scripts.
export LC_ALL=C.UTF-8

# Two compilers at most: more gains nothing on the machines this is built for,
# and each takes up to 1.6 GB.
build_jobs() {
  local cores
  cores=$(nproc)
  echo $((cores < 2 ? cores : 2))
}

# The major version of the Node.js in PATH, or 0.
node_major() {
  local version
  version=$(node --version 2>/dev/null) || version=v0
  version=${version#v}
  echo "${version%%.*}"
}
