/** Ends what listens on a port of a machine, as a crash of that one program would. */
import { ImpossibleImpairment, type ComputeDriver } from "#compute/driver.ts";

const nothingListens = 3;

/**
 * Finds the sockets that listen on the port by their inodes, and kills the processes that hold one.
 * Only /proc is asked, which every Linux machine has. https://docs.kernel.org/networking/proc_net_tcp.html
 * A machine without a root of its own sees its neighbours' processes there, and knows its own by a variable.
 */
const script = `
own() {
  [ "$FOGBANK_ISOLATION" != directory ] && return
  tr '\\0' '\\n' 2>/dev/null < "$1/environ" | grep -qxF "FOGBANK_MACHINE_DIR=$FOGBANK_MACHINE_DIR"
}
port=$(printf '%04X' "$1")
inodes=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v port="$port" '$4 == "0A" && $2 ~ ":" port "$" { print $10 }')
killed=0
for directory in /proc/[0-9]*; do
  pid=\${directory#/proc/}
  [ "$pid" = "$$" ] && continue
  own "$directory" || continue
  for descriptor in "$directory"/fd/*; do
    link=$(readlink "$descriptor" 2>/dev/null) || continue
    case "$link" in socket:*) ;; *) continue ;; esac
    inode=\${link#socket:[}
    inode=\${inode%]}
    for one in $inodes; do
      if [ "$one" = "$inode" ]; then kill -9 "$pid" && killed=1; break 2; fi
    done
  done
done
[ "$killed" = 1 ] || exit ${nothingListens}
`;

/** Rejects when the machine runs no programs, and with ImpossibleImpairment when nothing listens there. */
export async function closePort(
  compute: ComputeDriver,
  instanceId: string,
  port: number,
): Promise<void> {
  const command = ["/bin/sh", "-c", script, "close-port", String(port)];
  const { exitCode, stderr } = await compute.execute(instanceId, command, { timeoutMs: 20_000 });
  if (exitCode === nothingListens)
    throw new ImpossibleImpairment(`nothing listens on port ${port} of ${instanceId}`);
  if (exitCode !== 0)
    throw new Error(`nothing was ended on port ${port} of ${instanceId}: ${stderr.trim()}`);
}
