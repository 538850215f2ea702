/** What this host lets machines be, found out by trying; for `fogbank doctor`. */
import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, totalmem } from "node:os";
import { join, resolve } from "node:path";
import type { Wall } from "#runtime/clock.ts";
import type { Enforced } from "./process/control-groups/control-groups.ts";
import { detectIsolation, findProgram, guestPrograms, rootPrograms } from "./process/isolation.ts";
import { whyNoLoopDevices } from "./volumes/loop-devices.ts";
import { createLoopbackAddresses, sharedAddress } from "./process/loopback.ts";

export interface HostFacts {
  /** How far machines are kept apart from the host, and why no further. */
  isolation: { level: "root" | "directory"; reason: string | undefined; user: number | undefined };
  /** Why no machine may start at all. */
  refusal: string | undefined;
  addresses: {
    /** Each machine has a loopback address, other than its neighbours'. */
    separate: boolean;
    /** Servers on all addresses are bound to it by themselves. */
    bound: boolean;
    reason: string | undefined;
  };
  limits: Enforced;
  /** Why volumes are no block devices here; undefined where they are. */
  noBlockDevices: string | undefined;
  /** Programs that more isolation needs, by the Debian package that has them. */
  missing: { program: string; debianPackage: string }[];
  processors: number;
  memoryBytes: number;
}

const debianPackages: Record<string, string> = {
  unshare: "util-linux",
  nsenter: "util-linux",
  pivot_root: "util-linux",
  mount: "mount",
  umount: "mount",
  chroot: "coreutils",
};

/** Leaves nothing behind. Rejects when nothing can be written to the data directory. */
export async function examineHost(options: { dataDir: string; wall: Wall }): Promise<HostFacts> {
  const dataDir = resolve(options.dataDir);
  // On the file system where machines will be: not every one carries overlays.
  const created = await mkdir(join(dataDir, "machines"), { recursive: true });
  try {
    const isolation = await detectIsolation({
      dataDir,
      guestDir: guestPrograms,
      wall: options.wall,
    });
    const addresses = await createLoopbackAddresses("doctor");
    return {
      isolation: {
        level: isolation.level,
        reason: isolation.reason,
        user: isolation.user?.uid,
      },
      refusal: isolation.refusal,
      addresses: {
        separate: addresses.separate,
        bound: isolation.ownAddresses !== undefined,
        reason: isolation.lacking.addresses,
      },
      limits: isolation.controlGroups?.enforced ?? {
        cpu: false,
        memory: false,
        reason: isolation.lacking.limits,
      },
      noBlockDevices: await whyNoLoopDevices(join(dataDir, "machines"), options.wall),
      missing: missingPrograms(),
      processors: availableParallelism(),
      memoryBytes: totalmem(),
    };
  } finally {
    if (created !== undefined) await rm(created, { recursive: true });
    else if ((await readdir(join(dataDir, "machines"))).length === 0)
      await rmdir(join(dataDir, "machines"));
  }
}

function missingPrograms(): HostFacts["missing"] {
  if (process.platform !== "linux") return [];
  const missing = rootPrograms
    .filter((program) => findProgram(program) === undefined)
    .map((program) => ({ program, debianPackage: debianPackages[program] ?? program }));
  const speaksBpf = ["perl", "python3"].some((program) => findProgram(program) !== undefined);
  return speaksBpf
    ? missing
    : [...missing, { program: "perl or python3", debianPackage: "perl-base" }];
}

/** Why a server cannot listen there: EADDRINUSE, EACCES …; undefined when it can. */
export function whyNotListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ host, port }, () => server.close(() => done(undefined)));
  });
}

/** An address on which nobody else listens, for trying whether low ports may be bound. */
export function quietAddress(facts: HostFacts): string {
  return facts.addresses.separate ? "127.254.255.254" : sharedAddress;
}
