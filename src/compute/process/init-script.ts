/**
 * A machine's init: the first of its processes and the one whose life is the machine's. It starts
 * the boot script, takes in orphans (as process 1 of a space of its own) and ends the others when
 * asked to. A shell, because it costs a megabyte where another Node costs forty.
 */
export const initScript = String.raw`#!/bin/sh
ending=
trap 'ending=1' TERM INT
trap '' HUP
if [ "$FOGBANK_ISOLATION" = directory ]; then
  if [ -r /proc/self/stat ]; then read -r stat < /proc/self/stat; else stat=$$; fi
  printf '%s' "$stat" > "$FOGBANK_BOOT/supervisor.new"
  mv "$FOGBANK_BOOT/supervisor.new" "$FOGBANK_BOOT/supervisor"
fi
export FOGBANK_INIT=$$

# Descriptor 3, where there is one, ends with the Fogbank that a passing machine belongs to.
if [ "$FOGBANK_LEASE" = 1 ]; then
  # A signal that comes between the look at "ending" and the wait below would be waited out: it is said again.
  ( while read -r line; do :; done; while kill -TERM "$FOGBANK_INIT"; do sleep 1; done ) <&3 >/dev/null 2>&1 &
  exec 3<&-
fi

/bin/sh "$FOGBANK_BOOT/boot.sh" < /dev/null &
while [ -z "$ending" ]; do
  sleep 1000000 &
  wait $!
done

trap '' TERM
if [ "$FOGBANK_ISOLATION" = directory ]; then
  kill -TERM 0
  exit 0
fi
kill -TERM -1
# This shell is process 1; when nothing else is left in /proc, all have ended. The driver loses
# patience before this loop does.
while :; do
  set -- /proc/[0-9]*
  [ $# -le 1 ] && exit 0
  sleep 0.05
done
`;
