# Keeps a unit's process running; a shell, because it costs a megabyte. Its argument is the unit's
# folder; descriptors 3 and 4 are where the process's output goes.
dir=$1
. "$dir/unit.sh"
tell() { printf '%s' "$1" > "$dir/state.new" && mv "$dir/state.new" "$dir/state"; }
say() { echo "systemctl: $name: $1"; }
enter() { unset FOGBANK_SUPERVISES; export FOGBANK_UNIT="$name"; }
alive() {
  read -r stat 2>/dev/null < "/proc/$1/stat" || return
  case $stat in *") Z "*) return 1 ;; esac
}
# Of a program that goes into the background by itself: its number is in its file, or it is the first
# process that is left. Its end is seen and its exit code not, since it is a child of the machine's init.
of_unit() {
  grep -lzxF "FOGBANK_UNIT=$name" /proc/[0-9]*/environ 2>/dev/null |
    xargs grep -lzxF "FOGBANK_MACHINE_ID=$FOGBANK_MACHINE_ID" 2>/dev/null
}
find_main() {
  if [ -n "$pidfile" ]; then main=$(cat "$pidfile" 2>/dev/null)
  else main=$(of_unit | cut -d / -f 3 | sort -n | head -n 1); fi
  [ -n "$main" ] && alive "$main"
}
fork() {
  ( enter; main >&3 2>&4 3>&- 4>&- ) || return
  tries=0
  until find_main; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { say "its main process is not found${pidfile:+ in $pidfile}"; return 1; }
    sleep 0.05
  done
  echo "$main" > "$dir/main"
  tell "active running"
  while alive "$main"; do sleep 1; done
  code=unknown
}
starts=
while :; do
  now=$(date +%s) kept= count=0
  for at in $starts; do
    if [ $((now - at)) -lt "$interval" ]; then kept="$kept $at" count=$((count + 1)); fi
  done
  if [ "$burst" -gt 0 ] && [ "$interval" -gt 0 ] && [ "$count" -ge "$burst" ]; then
    tell "failed start-limit-hit"; say "Start request repeated too quickly."; exit 1
  fi
  starts="$kept $now"
  tell "activating start"
  if ( enter; before >&3 2>&4 3>&- 4>&- ); then
    if [ -n "$forking" ]; then
      code=; fork || code=$?
    else
      ( enter; main >&3 2>&4 3>&- 4>&- ) &
      main=$!
      echo "$main" > "$dir/main"
      tell "active running"
      wait "$main"; code=$?
    fi
  else code=$?; fi
  rm -f "$dir/main"
  case $code in 0 | 129 | 130 | 141 | 143) clean=1 ;; *) clean= ;; esac
  if [ "$code" = unknown ]; then why="exit code unknown"
  elif [ "$code" -gt 128 ]; then why="signal $((code - 128))"; else why="exit code $code"; fi
  again=
  case $restart in
    always) again=1 ;;
    on-failure) [ -n "$clean" ] || again=1 ;;
    on-success) [ -z "$clean" ] || again=1 ;;
    on-abnormal | on-abort) [ -n "$clean" ] || [ "$why" = "exit code $code" ] || again=1 ;;
  esac
  if [ -z "$again" ]; then
    if [ -n "$clean" ]; then tell "inactive dead"; else tell "failed $why"; fi
    say "its process ended ($why)"
    exit 0
  fi
  say "its process ended ($why), it starts again in $delay s"
  tell "activating auto-restart"
  sleep "$delay"
done
