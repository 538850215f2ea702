/**
 * What the driver puts into a machine besides its image: a volume of the machine's own at
 * /run/fogbank/boot, which is not part of the root volume and so does not go into images made of it.
 */
import { packTar, unpackTar } from "modern-tar";
import { nodeOf, type Disk } from "../volumes/disk.ts";
import { renderBoot } from "../process/boot-script.ts";
import type { BootStep } from "../process/user-data/boot-step.ts";
import { initScript } from "../process/init-script.ts";
import { planBoot } from "../process/user-data/plan.ts";

export const bootPath = "/run/fogbank/boot";
export const guestPath = "/run/fogbank/guest";

/** Made when the machine's end was asked for, by Fogbank or by `halt` within. */
export const haltedName = "halted";
/** What the driver remembers of the machine. */
export const recordName = "machine.json";

export interface BootFile {
  name: string;
  content: Uint8Array | string;
}

/** Everything that the first boot needs. */
export function firstBootFiles(
  userData: Uint8Array | undefined,
  environment: Record<string, string>,
  remark: string | undefined,
  publicKey?: string,
): BootFile[] {
  const remarks: BootStep[] =
    remark === undefined ? [] : [{ kind: "warning", module: "fogbank", text: remark }];
  const files = renderBoot([...remarks, ...planBoot(userData, publicKey)]).map((file) =>
    file.name === "boot.sh" ? { ...file, name: "steps.sh" } : file,
  );
  return [
    ...files,
    { name: "boot.sh", content: bootScript },
    { name: "init.sh", content: initScript },
    { name: "enter.sh", content: enterScript },
    environmentFile(environment),
  ];
}

/** Read at every boot: a container's own variables cannot be changed once it is made. */
export function environmentFile(environment: Record<string, string>): BootFile {
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`,
  );
  return { name: "environment", content: lines.join("") };
}

/** The devices that a boot waits for: they can be made only once the container runs. */
export function disksFile(disks: readonly Disk[] = []): BootFile {
  return { name: "disks", content: disks.map((disk) => `${nodeOf(disk)}\n`).join("") };
}

export function packFiles(files: readonly BootFile[]): Promise<Uint8Array> {
  return packTar(
    files.map(({ name, content }) => {
      const body = typeof content === "string" ? Buffer.from(content) : content;
      return { header: { name, size: body.length, mode: 0o700, type: "file" as const }, body };
    }),
  );
}

/** The first file of an archive. */
export async function unpackFile(archive: Uint8Array): Promise<string> {
  const [entry] = await unpackTar(archive);
  return Buffer.from(entry?.data ?? []).toString("utf8");
}

/** The container's first process until init takes its place. */
const enterScript = String.raw`#!/bin/sh
# Puts in order what a machine has and a container has not, and becomes the machine's init.
# Asked to end already? A first process hears only what it has a trap for.
trap 'exit 0' TERM
[ "$FOGBANK_LEASE" = 1 ] && exec 3<&0
exec < /dev/null
. "$FOGBANK_BOOT/environment"
rm -f "$FOGBANK_BOOT/halted"
mkdir -p /etc/systemd/system /var/lib/cloud /var/lib/fogbank /var/log /opt /srv /root /tmp /home
[ -e /opt/aws/bin ] || [ -L /opt/aws/bin ] || { mkdir -p /opt/aws && ln -s ${guestPath}/bin /opt/aws/bin; }
agent=/opt/aws/amazon-cloudwatch-agent
[ -e $agent ] || [ -L $agent ] || { mkdir -p $agent && ln -s ${guestPath}/bin $agent/bin; }
if ! grep -q '^ec2-user:' /etc/passwd 2>/dev/null; then
  id=1000
  while grep -q "^[^:]*:[^:]*:$id:" /etc/passwd /etc/group 2>/dev/null; do id=$((id + 1)); done
  echo "ec2-user:x:$id:$id:EC2 Default User:/home/ec2-user:/bin/sh" >> /etc/passwd
  echo "ec2-user:x:$id:" >> /etc/group
  mkdir -p /home/ec2-user && chown "$id:$id" /home/ec2-user
fi
tries=0
while read -r node; do
  until [ -b "/dev/$node" ] || [ $tries -ge 60 ]; do sleep 0.05; tries=$((tries + 1)); done
  [ -b "/dev/$node" ] || echo "fogbank: this machine does not see its volume at /dev/$node" >&2
done < "$FOGBANK_BOOT/disks"
cd /
exec /bin/sh "$FOGBANK_BOOT/init.sh"
`;

/** The console is the container's; a copy of what was printed at boot is where cloud-init leaves it. */
const bootScript = String.raw`#!/bin/sh
if command -v tee >/dev/null 2>&1; then
  /bin/sh "$FOGBANK_BOOT/steps.sh" 2>&1 | tee -a /var/log/cloud-init-output.log
else
  /bin/sh "$FOGBANK_BOOT/steps.sh"
fi
`;
