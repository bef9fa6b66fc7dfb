# Sourced by the scripts in tools/: what they say, and how they say it.
# shellcheck shell=bash

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
  BOLD=$'\e[1m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
  BOLD='' RED='' GREEN='' YELLOW='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "${YELLOW}Note:${PLAIN} $*" >&2; }

# fail CODE WHAT REMEDY: says what went wrong and what to do about it, and ends.
fail() {
  local code=$1 what=$2 remedy=$3
  printf '\n%s\n%s\n' "${RED}${BOLD}Stopped:${PLAIN} $what" "${BOLD}What to do:${PLAIN} $remedy" >&2
  exit "$code"
}

# seconds_as_text 83 -> "1 min 23 s"
seconds_as_text() {
  local seconds=$1
  if ((seconds < 60)); then echo "$seconds s"; else echo "$((seconds / 60)) min $((seconds % 60)) s"; fi
}

# show_tail LOG LINES: the end of a log, indented, and where the rest is.
show_tail() {
  local log=$1 lines=$2
  printf '  ---- the last lines of %s:\n' "${log#"$ROOT"/}" >&2
  tail -n "$lines" "$log" | sed 's/^/  | /' >&2
}

# What a running command is doing, from the last line of its log.
latest_line() {
  tail -c 2000 "$1" 2>/dev/null | tr '\r' '\n' | grep -av '^[[:space:]]*$' | tail -n 1 | cut -c 1-100
}

# watch_log LOG OWNER: tells now and then how a quiet command gets on, until it is
# ended or the process that started it is gone. On a terminal one line is rewritten; elsewhere a line comes twice a minute.
watch_log() {
  local log=$1 owner=$2 start=$SECONDS beat=0
  while sleep 1 && kill -0 "$owner" 2>/dev/null; do
    ((beat += 1))
    local elapsed=$((SECONDS - start))
    if [[ -t 1 ]]; then
      printf '\r\e[K  … %s  %s' "$(seconds_as_text "$elapsed")" "$(latest_line "$log")"
    elif ((beat % 30 == 0)); then
      printf '  … %s  %s\n' "$(seconds_as_text "$elapsed")" "$(latest_line "$log")"
    fi
  done
}

WATCHER=''
stop_watching() {
  [[ -n $WATCHER ]] || return 0
  # KILL, since a watcher that was only just started still has its parent's traps.
  kill -KILL "$WATCHER" 2>/dev/null || true
  wait "$WATCHER" 2>/dev/null || true
  WATCHER=''
  if [[ -t 1 ]]; then printf '\r\e[K'; fi
}

# run_quietly LOG COMMAND...: the command's output goes into the log; its exit
# code is returned. The command stays in the foreground, so Ctrl-C reaches it.
run_quietly() {
  local log=$1 code=0
  shift
  mkdir -p "$(dirname "$log")"
  : >"$log"
  watch_log "$log" $BASHPID 2>/dev/null &
  WATCHER=$!
  "$@" >>"$log" 2>&1 </dev/null || code=$?
  stop_watching
  return "$code"
}

# Steps of a script that knows how many there will be.
STEP=0
STEPS=0
begin_step() {
  ((STEP += 1))
  STEP_START=$SECONDS
  say "${BOLD}[$STEP/$STEPS]${PLAIN} $*"
}
end_step() {
  say "  done in $(seconds_as_text $((SECONDS - STEP_START)))${1:+: $1}"
}
