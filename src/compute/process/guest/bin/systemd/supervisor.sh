# Keeps a unit's process running; a shell, because it costs a megabyte. Its argument is the unit's
# folder; descriptors 3 and 4 are where the process's output goes.
dir=$1
. "$dir/unit.sh"
tell() { printf '%s' "$1" > "$dir/state.new" && mv "$dir/state.new" "$dir/state"; }
say() { echo "systemctl: $name: $1"; }
enter() { unset FOGBANK_SUPERVISES; export FOGBANK_UNIT="$name"; }
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
    ( enter; main >&3 2>&4 3>&- 4>&- ) &
    main=$!
    echo "$main" > "$dir/main"
    tell "active running"
    wait "$main"; code=$?
  else code=$?; fi
  rm -f "$dir/main"
  case $code in 0 | 129 | 130 | 141 | 143) clean=1 ;; *) clean= ;; esac
  if [ "$code" -gt 128 ]; then why="signal $((code - 128))"; else why="exit code $code"; fi
  again=
  case $restart in
    always) again=1 ;;
    on-failure) [ -n "$clean" ] || again=1 ;;
    on-success) [ -z "$clean" ] || again=1 ;;
    on-abnormal | on-abort) [ -n "$clean" ] || [ "$code" -le 128 ] || again=1 ;;
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
