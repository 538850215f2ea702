/**
 * How far a machine is kept apart from its host, and how processes are started inside.
 *
 * - "root": mount, process and host name spaces of its own. Unmodified user data writes to /etc, /opt
 *   and /var and reaches only its own root volume. Linux with overlay file systems, as root or where
 *   users may make name spaces.
 * - "directory": the machine is a process group that works in its directory. Everywhere.
 *
 * Both share the host's network. Each machine has a loopback address of its own, in $HOST; with a
 * root of its own and a kernel that lets Fogbank (own-address/), servers that listen on all addresses
 * are bound to it by themselves.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, mkdirSync, realpathSync, statSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Wall } from "#runtime/clock.ts";
import { removeTree } from "./disk.ts";
import type { MachineLayout } from "./machine-record.ts";
import { machineLayout } from "./machine-record.ts";
import type { ProcessIdentity } from "./process-table.ts";
import { detectControlGroups, type ControlGroups } from "./control-groups/control-groups.ts";
import { detectOwnAddresses, type OwnAddresses } from "./own-address/own-address.ts";
import { rootScript } from "./root-script.ts";

const run = promisify(execFile);

export type IsolationLevel = "root" | "directory";

export interface Isolation {
  readonly level: IsolationLevel;
  /** Why no better level is to be had. */
  readonly reason: string | undefined;
  /** Images' layers show through machines' roots, and need not be copied. */
  readonly stacks: boolean;
  /** Why no machine may start at all: it would have the run of this host. */
  readonly refusal: string | undefined;
  /** The user and group that processes of a "directory" machine run as; undefined for Fogbank's own. */
  readonly user: { uid: number; gid: number } | undefined;
  /** Holds machines to their types' CPU and memory; undefined where there are no groups for them. */
  readonly controlGroups: ControlGroups | undefined;
  /** Binds machines to their own addresses; undefined where they share the host's. */
  readonly ownAddresses: OwnAddresses | undefined;
  /** Why limits of CPU or memory, or own addresses, are not to be had. */
  readonly lacking: { limits?: string | undefined; addresses?: string | undefined };
  /** The folder of programs that come first on every machine's PATH, as the host knows it. */
  readonly guestDir: string;
  /** The machine's own paths of what the driver brings along. */
  pathsInside(layout: MachineLayout): GuestPaths;
  /** The command that becomes the machine's init. */
  initCommand(layout: MachineLayout, identity: { hostname: string; host: string }): string[];
  /** The command that runs another one inside a running machine. */
  insideCommand(init: ProcessIdentity, command: readonly string[]): string[];
}

export interface GuestPaths {
  root: string;
  home: string;
  boot: string;
  path: string;
}

export interface IsolationOptions {
  /** Where a probe may build a machine's root. */
  dataDir: string;
  /** The folder of programs that come first on every machine's PATH. */
  guestDir: string;
  wall: Wall;
  /** The best level to try; tests ask for less. */
  level?: IsolationLevel | undefined;
}

/** Set to 1, it lets machines without a root of their own run as root on the host's files. */
const hostRootVariable = "FOGBANK_ALLOW_HOST_ROOT";

const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Programs that come first on every machine's PATH. */
export const guestPrograms = join(import.meta.dirname, "guest", "bin");

/** What puts a machine's root together. */
export const rootPrograms = [
  "unshare",
  "nsenter",
  "pivot_root",
  "mount",
  "umount",
  "chroot",
] as const;

/** Finds out, by building a root and throwing it away, what this host allows. */
export async function detectIsolation(options: IsolationOptions): Promise<Isolation> {
  if (options.level === "directory") return directoryIsolation(options, "it was asked for");
  if (process.platform !== "linux")
    return directoryIsolation(options, `${process.platform} has no name spaces`);
  const missing = rootPrograms.filter((tool) => findProgram(tool) === undefined);
  if (missing.length > 0)
    return directoryIsolation(options, `this host has no ${missing.join(", ")}`);
  const isolation = rootIsolation(options);
  const reason = await probe(isolation, options.dataDir);
  if (reason !== undefined) return directoryIsolation(options, reason);
  const { controlGroups, reason: noGroups } = await detectControlGroups(
    options.dataDir,
    options.wall,
  );
  if (!controlGroups) return { ...isolation, lacking: { limits: noGroups, addresses: noGroups } };
  const { ownAddresses, reason: noAddresses } = await detectOwnAddresses(
    options.dataDir,
    controlGroups,
    options.wall,
  );
  const lacking = { limits: controlGroups.enforced.reason, addresses: noAddresses };
  return { ...isolation, controlGroups, ownAddresses, lacking };
}

function rootIsolation({ guestDir }: IsolationOptions): Isolation {
  const privileged = process.getuid?.() === 0;
  const unshare = findProgram("unshare") ?? "unshare";
  const nsenter = findProgram("nsenter") ?? "nsenter";
  const node = nodeDirectory();
  const own = privileged ? [] : ["--user", "--map-root-user"];
  return {
    level: "root",
    reason: undefined,
    stacks: privileged,
    refusal: undefined,
    user: undefined,
    guestDir,
    controlGroups: undefined,
    ownAddresses: undefined,
    lacking: {},
    pathsInside: () => ({
      root: "/",
      home: "/root",
      boot: "/run/fogbank/boot",
      path: `/run/fogbank/bin:/run/fogbank/node${node.programs}:${systemPath}`,
    }),
    initCommand: (layout, { hostname, host }) => [
      unshare,
      ...own,
      "--mount",
      "--uts",
      "--pid",
      "--fork",
      // Whoever kills the outer process has killed the machine.
      "--kill-child=SIGKILL",
      "/bin/sh",
      join(layout.boot, "root.sh"),
      layout.directory,
      hostname,
      host,
      guestDir,
      node.directory,
      privileged ? "" : ",userxattr",
    ],
    insideCommand: (init, command) => [
      nsenter,
      `--target=${init.pid}`,
      ...(privileged ? [] : ["--user", "--preserve-credentials"]),
      "--mount",
      "--uts",
      "--pid",
      "--",
      ...command,
    ],
  };
}

function directoryIsolation(options: IsolationOptions, reason: string): Isolation {
  const user = unprivilegedUser(options);
  return {
    level: "directory",
    reason,
    stacks: false,
    user,
    refusal:
      process.getuid?.() === 0 && !user && process.env[hostRootVariable] !== "1"
        ? `machines have no root of their own here (${reason}) and would run as root on this host's files: run Fogbank as an ordinary user, or keep it and its data directory where every user may go; where this host's files may be lost, as in a throw-away container, ${hostRootVariable}=1 allows it`
        : undefined,
    guestDir: options.guestDir,
    controlGroups: undefined,
    ownAddresses: undefined,
    lacking: {
      limits: "machines have no root of their own",
      addresses: "machines have no root of their own",
    },
    pathsInside: (layout) => ({
      root: layout.root,
      home: layout.root,
      boot: layout.boot,
      path: [options.guestDir, dirname(process.execPath), systemPath].join(delimiter),
    }),
    initCommand: (layout) => ["/bin/sh", join(layout.boot, "init.sh")],
    insideCommand: (_init, command) => [...command],
  };
}

/** Undefined when a root could be built; else what stood in the way. */
async function probe(isolation: Isolation, dataDir: string): Promise<string | undefined> {
  const layout = machineLayout(join(dataDir, "machines", ".probe"));
  await mkdir(layout.root, { recursive: true });
  await mkdir(layout.boot, { recursive: true });
  try {
    await writeFile(join(layout.boot, "root.sh"), rootScript);
    await writeFile(join(layout.boot, "init.sh"), "exit 0\n");
    await writeFile(join(layout.boot, "disks"), "");
    await writeFile(join(layout.boot, "layers"), "");
    const [program, ...rest] = isolation.initCommand(layout, {
      hostname: "probe",
      host: "127.0.0.1",
    });
    await run(program!, rest, { env: { PATH: systemPath }, timeout: 10_000 });
    return undefined;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return `this host does not let Fogbank build a root (${(stderr || message).trim().split("\n")[0]})`;
  } finally {
    await removeTree(layout.directory);
  }
}

/**
 * Without a root of its own, a machine of a privileged Fogbank would write all over the host. It
 * runs as "nobody" then, where that user can get at Node and at the machine's directory at all.
 */
function unprivilegedUser({ dataDir, guestDir }: IsolationOptions) {
  if (process.getuid?.() !== 0) return undefined;
  mkdirSync(dataDir, { recursive: true });
  const everyone = [process.execPath, guestDir, dataDir].every(isOpenToAll);
  return everyone ? { uid: 65534, gid: 65534 } : undefined;
}

function isOpenToAll(path: string): boolean {
  for (let at = realpathSync(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

/** What of Node's installation a machine needs to see: its prefix, so that npm comes along. */
function nodeDirectory(): { directory: string; programs: string } {
  const programs = dirname(realpathSync(process.execPath));
  return basename(programs) === "bin" && dirname(programs) !== "/"
    ? { directory: dirname(programs), programs: "/bin" }
    : { directory: programs, programs: "" };
}

/** The path of a program of this host. */
export function findProgram(name: string): string | undefined {
  for (const directory of `${process.env["PATH"] ?? ""}:${systemPath}`.split(delimiter)) {
    if (directory === "") continue;
    try {
      accessSync(join(directory, name), constants.X_OK);
      return join(directory, name);
    } catch {
      // Not there: the next one.
    }
  }
  return undefined;
}
