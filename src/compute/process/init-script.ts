/**
 * A machine's init: the first of its processes and the one whose life is the machine's. It starts
 * the boot script, takes in orphans (as process 1 of a space of its own) and ends the others when
 * asked to. A shell, because it costs a megabyte where another Node costs forty.
 */
export const initScript = String.raw`#!/bin/sh
# All that is to be done is done by the trap: a note of the signal, to be looked at before the wait
# below, could be made between the two and be waited out.
finish() {
  trap '' TERM INT
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
}
trap finish TERM INT
trap '' HUP
if [ "$FOGBANK_ISOLATION" = directory ]; then
  if [ -r /proc/self/stat ]; then read -r stat < /proc/self/stat; else stat=$$; fi
  printf '%s' "$stat" > "$FOGBANK_BOOT/supervisor.new"
  mv "$FOGBANK_BOOT/supervisor.new" "$FOGBANK_BOOT/supervisor"
fi
export FOGBANK_INIT=$$

# Descriptor 3, where there is one, ends with the Fogbank that a passing machine belongs to.
if [ "$FOGBANK_LEASE" = 1 ]; then
  ( while read -r line; do :; done; kill -TERM "$FOGBANK_INIT" ) <&3 >/dev/null 2>&1 &
  exec 3<&-
fi

/bin/sh "$FOGBANK_BOOT/boot.sh" < /dev/null &
while :; do
  sleep 1000000 &
  wait $!
done
`;
