/** Turns a boot plan into files that a machine's shell can run without Fogbank's help. */
import { quote } from "./user-data/cloud-config.ts";
import type { BootStep } from "./user-data/boot-step.ts";

export interface BootFile {
  name: string;
  content: Uint8Array | string;
}

export interface BootScriptOptions {
  /**
   * The root volume's path on the host, for machines without a root of their own: absolute paths of
   * user data are then moved below it where that can be told from the text.
   */
  rootPath?: string | undefined;
  /** Why the machine has no root of its own; said on its console. */
  reason?: string | undefined;
}

/**
 * Places that user data makes its own. In a machine without a root of its own, texts of user data
 * that name them get the root volume's path put in front; everything else is the host's, and the
 * host's permissions decide.
 */
export const movedPaths: readonly string[] = [
  "/opt",
  "/srv",
  "/home/ec2-user",
  "/home/ubuntu",
  "/var/www",
  "/var/log",
  "/var/opt",
  "/etc/systemd/system",
];

/** The files of the boot directory: boot.sh, and what it runs and writes. */
export function renderBoot(
  steps: readonly BootStep[],
  options: BootScriptOptions = {},
): BootFile[] {
  const files: BootFile[] = [];
  const lines: string[] = [];
  const { rootPath } = options;
  const text = (content: Uint8Array) =>
    rootPath === undefined ? content : movePaths(content, rootPath);
  if (rootPath !== undefined)
    lines.push(
      `warning ${quote("fogbank")} ${quote(
        `this machine has no root of its own${options.reason ? `: ${options.reason}` : ""}. Paths below ${movedPaths.join(" ")} in its user data were moved below ${rootPath}; other absolute paths are the host's.`,
      )}`,
    );
  for (const [index, step] of steps.entries())
    switch (step.kind) {
      case "stage":
        lines.push(`stage ${quote(step.name)}`);
        break;
      case "warning":
        lines.push(`warning ${quote(step.module)} ${quote(step.text)}`);
        break;
      case "hostname":
        lines.push(`once set_hostname rename ${quote(step.name)}`);
        break;
      case "file": {
        const name = `file-${index}`;
        files.push({ name, content: text(step.content) });
        const path = rootPath === undefined ? step.path : below(rootPath, step.path);
        lines.push(
          `once write_files-${index} place ${name} ${quote(path)} ${step.permissions} ${quote(step.owner ?? "")} ${step.append ? "append" : "replace"}`,
        );
        break;
      }
      case "script": {
        files.push({ name: step.name, content: text(step.content) });
        const call = `execute ${step.module} ${quote(step.name)}`;
        lines.push(
          step.every === "boot" ? call : `once ${step.module}-${quote(step.name)} ${call}`,
        );
        break;
      }
    }
  files.push({
    name: "boot.sh",
    content: `${preamble}${services}\n${lines.join("\n")}\n${ending}`,
  });
  return files;
}

/** A path of the machine as the host knows it; ".." does not climb out. */
function below(rootPath: string, path: string): string {
  if (path === rootPath || path.startsWith(`${rootPath}/`)) return path;
  const parts: string[] = [];
  for (const part of path.split("/"))
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  return `${rootPath}/${parts.join("/")}`;
}

/** A path counts where it stands as a word, not as the tail of a URL or of a longer path. */
function movePaths(content: Uint8Array, rootPath: string): Uint8Array {
  const bytes = Buffer.from(content);
  const text = bytes.toString("latin1");
  if (text.includes("\0")) return content;
  const pattern = new RegExp(`(^|=-|[\\s"'\`=(<>|;&,])(${movedPaths.join("|")})(?![\\w.-])`, "gm");
  const root = Buffer.from(rootPath).toString("latin1");
  return Buffer.from(
    text.replaceAll(pattern, (_match, before: string, path: string) => `${before}${root}${path}`),
    "latin1",
  );
}

const preamble = String.raw`#!/bin/sh
# What this machine does at boot, in the order and the words of cloud-init.
cd "$HOME" 2>/dev/null || cd /
[ "$FOGBANK_ISOLATION" = root ] && cd /
umask 022
mkdir -p "$FOGBANK_BOOT/done"
# The time, and the seconds up to it; asked of the kernel, as a program for it costs as much as a step.
last=
clock() {
  if [ -r /proc/uptime ]; then IFS=. read -r at rest < /proc/uptime; else at=$(date +%s); fi
  if [ "$at" != "$last" ]; then last=$at; now=$(date -u '+%a, %d %b %Y %H:%M:%S +0000'); fi
}
clock
started=$at
stamp() { date -u '+%Y-%m-%d %H:%M:%S,000'; }
stage() { clock; echo "Cloud-init v. 24.4 running '$1' at $now. Up $((at - started)).00 seconds."; }
warning() { echo "$(stamp) - $1[WARNING]: $2" >&2; }

# Once in an instance's life: the mark is made first, so that what was interrupted is not run twice.
once() {
  [ -e "$FOGBANK_BOOT/done/$1" ] && return 0
  : > "$FOGBANK_BOOT/done/$1"
  shift
  "$@"
}
place() {
  if ! mkdir -p "$(dirname "$2")"; then warning cc_write_files.py "cannot make the directory of $2"; return 0; fi
  if [ "$5" = append ]; then cat "$FOGBANK_BOOT/$1" >> "$2"; else cat "$FOGBANK_BOOT/$1" > "$2"; fi ||
    { warning cc_write_files.py "cannot write $2"; return 0; }
  chmod "$3" "$2" || warning cc_write_files.py "cannot set the permissions of $2 to $3"
  if [ -n "$4" ] && [ "$4" != root:root ] && [ "$4" != root ]; then
    chown "$4" "$2" || warning cc_write_files.py "cannot give $2 to $4"
  fi
}
rename() {
  if [ "$FOGBANK_ISOLATION" = root ]; then
    printf '%s' "$1" > /proc/sys/kernel/hostname && printf '%s\n' "$1" > /etc/hostname
  else warning cc_set_hostname.py "the host name $1 was not set: this machine shares its host's"; fi
}
execute() {
  INSTANCE_ID=$FOGBANK_MACHINE_ID "$FOGBANK_BOOT/$2"
  code=$?
  if [ $code -ne 0 ]; then
    warning subp.py "Failed running $2 [$code]"
    warning util.py "Failed to run module $1 ($2 exited with $code)"
  fi
}
`;

/** Services that were enabled in this machine, or in the one that its image was made of. */
const services = String.raw`
rm -rf "$FOGBANK_BOOT/units"
set -- "$FOGBANK_ROOT"/var/lib/fogbank/enabled/*.service
if [ -e "$1" ]; then
  for unit in "$@"; do shift; set -- "$@" "$(basename "$unit")"; done
  systemctl start "$@" &
fi
`;

const ending = String.raw`
mkdir -p "$FOGBANK_ROOT/var/lib/cloud/instance" 2>/dev/null && : > "$FOGBANK_ROOT/var/lib/cloud/instance/boot-finished" 2>/dev/null
clock
echo "Cloud-init v. 24.4 finished at $now. Datasource DataSourceEc2Local.  Up $((at - started)).00 seconds"
`;
