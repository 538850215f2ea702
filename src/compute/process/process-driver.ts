/** The process driver: a machine is a tree of processes on this host, with a directory as its root volume. */
import { mkdir, realpath, rm } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock, Timer } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import { absentMachine, type ComputeDriver, type MachineSpec } from "../driver.ts";
import { fileName } from "../file-name.ts";
import { createSerial } from "../serially.ts";
import { numberDisks } from "../volumes/disk.ts";
import { createVolumeFiles } from "../volumes/volume-files.ts";
import { cutConsole, readConsole } from "./console-log.ts";
import { copyTree, copyTreeWhole, exists, removeTree } from "./disk.ts";
import { createImageLayers } from "./image-layers.ts";
import {
  detectIsolation,
  guestPrograms,
  type Isolation,
  type IsolationLevel,
} from "./isolation.ts";
import { createLoopbackAddresses } from "./loopback.ts";
import { Machine, stopGraceMs } from "./machine.ts";
import type { MachineSurroundings } from "./machine-surroundings.ts";
import { findRemains, machineLayout, readRecords } from "./machine-record.ts";
import { startAgent } from "./packet-filter/agent.ts";
import { createPacketGuard } from "./packet-filter/packet-guard.ts";
import { createProcessCensus } from "./process-census.ts";
import { measurePageBytes } from "./process-table.ts";
import { commandInGroups } from "./control-groups/control-groups.ts";
import { converse } from "./converse.ts";
import { runCommand } from "./run-command.ts";
import { createMachineVolumes } from "./machine-volumes.ts";

/** How often machines are looked at whose end nobody reports: wall time. */
const checkEveryMs = 1000;

export interface ProcessDriverOptions {
  /** Machines live in `machines/`, images in `images/` below it. */
  dataDir: string;
  clock: Clock;
  log: Log;
  /** Machines end with Fogbank, and the directory with them. */
  passing?: boolean;
  /** The best isolation to try; whatever this host allows when undefined. */
  isolation?: IsolationLevel | undefined;
}

export async function createProcessDriver(options: ProcessDriverOptions): Promise<ComputeDriver> {
  const { log, passing = false } = options;
  const { wall } = options.clock;
  await mkdir(options.dataDir, { recursive: true });
  const dataDir = await realpath(options.dataDir);
  const machinesDir = join(dataDir, "machines");
  const imagesDir = join(dataDir, "images");
  const volumeFiles = createVolumeFiles(join(dataDir, "volumes"), { wall, log });

  const machines = new Map<string, Machine>();
  /** One machine's steps run one after the other. */
  const serially = createSerial();
  const listeners = new Set<(id: string) => void>();
  const census = createProcessCensus(wall);
  const addresses = await createLoopbackAddresses(
    createHash("sha256").update(dataDir).digest("hex"),
  );
  const pageBytes = measurePageBytes();
  const guard = createPacketGuard({ log, addressOf: (id) => addresses.addressOf(id), startAgent });
  let around: Promise<MachineSurroundings> | undefined;
  let timer: Timer | undefined;
  let closed = false;
  let terminals = 0;

  /** The host is examined when the first machine needs it, not at every start of Fogbank. */
  const surroundings = () =>
    (around ??= detectIsolation({
      dataDir,
      guestDir: guestPrograms,
      wall,
      level: options.isolation,
    }).then(surround));
  const surround = (isolation: Isolation): MachineSurroundings => {
    if (isolation.level === "directory") {
      log.warn("machines have no root of their own", { reason: isolation.reason });
      if (process.getuid?.() === 0 && !isolation.user)
        log.warn(
          "machines run as root on this host's own files: keep the data directory where every user may go",
        );
    }
    if (isolation.lacking.limits !== undefined)
      log.warn("CPU and memory of instance types are not enforced", {
        reason: isolation.lacking.limits,
      });
    if (!isolation.ownAddresses)
      log.warn("security groups are not enforced between machines", {
        reason: isolation.lacking.addresses,
      });
    if (!addresses.separate)
      log.warn("all machines share 127.0.0.1: this platform answers on no other loopback address");
    return {
      wall,
      log,
      isolation,
      guard,
      census,
      volumeFiles,
      passing,
      pageBytes,
      changed,
    };
  };
  const imageDirectory = (imageId: string) => join(imagesDir, fileName(imageId));
  const layers = createImageLayers(dataDir, serially);
  const layersInUse = () => [...machines.values()].flatMap(({ record }) => record.layers ?? []);
  const layersOf = (imageId: string) =>
    serially(`/image/${imageId}`, async () => {
      // An image over the snapshot of a volume has its file system taken apart once.
      if (!(await layers.of(imageId)) && (await volumeFiles.hasSnapshot(imageId)))
        await layers.add(imageId, (to) => volumeFiles.unpackSnapshot(imageId, to), []);
      return layers.of(imageId);
    });
  const imageTrees = async (imageId: string) => {
    const found = await layersOf(imageId);
    if (found) return found.map((layer) => layers.pathOf(layer));
    // As images were kept by Fogbanks that knew no layers.
    const root = join(imageDirectory(imageId), "root");
    return (await exists(root)) ? [root] : undefined;
  };
  const treesOf = ({ layout, record }: Machine) => [
    layout.root,
    ...(record.layers ?? []).map((layer) => layers.pathOf(layer)),
  ];

  const changed = (id: string) => {
    if (closed) return;
    void serially(id, async () => {
      if (!closed && (await machines.get(id)?.check()))
        for (const listener of listeners) listener(id);
    }).catch((error: unknown) =>
      log.error("a machine could not be checked", { machine: id, error }),
    );
  };
  const watch = () => {
    if (timer || closed || machines.size === 0) return;
    timer = wall.after(checkEveryMs, () => {
      timer = undefined;
      for (const machine of machines.values()) {
        if (!machine.running) continue;
        changed(machine.id);
        cutConsole(machine.layout.console);
        // Processes that end unseen take their time with them, unless init has waited for them.
        if (machine.record.isolation === "directory") machine.observe();
      }
      watch();
    });
  };
  const known = (id: string): Machine => {
    const machine = machines.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    return machine;
  };

  for (const directory of await findRemains(machinesDir)) await removeTree(directory);
  const found = await readRecords(machinesDir);
  if (found.length > 0) {
    const given = await surroundings();
    await Promise.all(
      found.map(async ({ layout, record }) => {
        const machine = new Machine(layout, record, given);
        addresses.claim(machine.id, record.host);
        if (await machine.adopt()) machines.set(machine.id, machine);
        else addresses.release(machine.id);
      }),
    );
    watch();
  }

  await layers.sweep(layersInUse);
  await volumeFiles.sweep(
    new Set(
      [...machines.values()]
        .filter(({ running }) => running)
        .flatMap(({ record }) => (record.disks ?? []).map(({ volumeId }) => volumeId)),
    ),
  );

  const driver: ComputeDriver = {
    name: "process",
    launch: ({ userData, ...spec }: MachineSpec) =>
      serially(spec.id, async () => {
        if (machines.has(spec.id)) return;
        const given = await surroundings();
        if (given.isolation.refusal !== undefined) throw new Error(given.isolation.refusal);
        const layout = machineLayout(join(machinesDir, fileName(spec.id)));
        await mkdir(layout.directory, { recursive: true });
        const trees = await imageTrees(spec.image.id);
        const machine = await serially("/layers", async () => {
          const stacked = given.isolation.stacks ? await layers.of(spec.image.id) : undefined;
          const made = new Machine(
            layout,
            {
              ...(stacked && { layers: stacked }),
              version: 1,
              spec,
              phase: "pending",
              host: addresses.addressOf(spec.id),
              isolation: given.isolation.level,
              disks: numberDisks(spec.volumes ?? []),
              cpuSeconds: 0,
              boots: 0,
            },
            given,
          );
          machines.set(spec.id, made);
          return made;
        });
        watch();
        try {
          const copied = machine.record.layers ? [] : (trees ?? []).toReversed();
          await machine.launch(userData, async () => {
            for (const tree of copied) await copyTree(tree, layout.root);
          });
        } catch (error) {
          // A launch that failed leaves nothing, so that it can be made again.
          await machine.terminate();
          machines.delete(spec.id);
          throw error;
        }
      }),
    stop: (id, { force = false } = {}) =>
      serially(id, async () => {
        const machine = known(id);
        if (machine.record.phase === "stopped") return;
        await machine.stop(force ? 0 : stopGraceMs);
      }),
    start: (id, changes = {}) =>
      serially(id, async () => {
        const machine = known(id);
        if (machine.running) return;
        await machine.resize(changes);
        await machine.boot();
      }),
    reboot: (id) =>
      serially(id, async () => {
        const machine = known(id);
        await machine.stop(stopGraceMs);
        await machine.boot();
      }),
    terminate: (id) =>
      serially(id, async () => {
        const machine = machines.get(id);
        if (!machine) return;
        await machine.terminate();
        machines.delete(id);
        addresses.release(id);
        if (machine.record.layers) await layers.sweep(layersInUse);
      }),
    observe: async (id) =>
      (await machines.get(id)?.observeWhole()) ?? absentMachine(id, wall.monotonic()),
    list: async () => [...machines.values()].map((machine) => machine.observe()),
    snapshot: (id, imageId) =>
      serially(id, async () => {
        const { layout, record } = known(id);
        return layers.add(imageId, (to) => copyTreeWhole(layout.root, to), record.layers ?? []);
      }),
    deleteImage: async (imageId) => {
      await layers.remove(imageId);
      await layers.sweep(layersInUse);
    },
    reach: async (id, port) => {
      const machine = machines.get(id);
      return machine?.running ? { host: machine.record.host, port } : undefined;
    },
    metadataHost: async (id) => machines.get(id)?.record.host ?? addresses.addressOf(id),
    // Its own address is the first in its resolv.conf.
    resolverHost: async (id) => machines.get(id)?.record.host ?? addresses.addressOf(id),
    console: async (id) => readConsole(known(id).layout.console),
    execute: async (id, command, given = {}) => {
      const machine = known(id);
      const { supervisor } = machine.record;
      if (!machine.running || !supervisor) throw new Error(`machine ${id} does not run`);
      const { isolation } = await surroundings();
      const inside = isolation.insideCommand(supervisor, command);
      return runCommand(commandInGroups(machine.record.groups, inside), {
        wall,
        cwd: machine.layout.root,
        environment: { ...machine.environment(), ...given.environment },
        timeoutMs: given.timeoutMs,
        signal: given.signal,
        user: isolation.user,
      });
    },
    volumes: createMachineVolumes({
      files: volumeFiles,
      machines,
      serially,
      imageTrees,
      treesOf,
      surroundings,
    }),
    converse: async (id, command, given = {}) => {
      const machine = known(id);
      const { supervisor } = machine.record;
      if (!machine.running || !supervisor) throw new Error(`machine ${id} does not run`);
      const { isolation } = await surroundings();
      const environment = { ...machine.environment(), ...given.environment };
      return converse(command, given.terminal, {
        wall,
        cwd: machine.layout.root,
        environment,
        user: isolation.user,
        inside: (words) =>
          commandInGroups(machine.record.groups, isolation.insideCommand(supervisor, words)),
        note: `${environment.FOGBANK_BOOT}/terminal-${(terminals += 1)}`,
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    kill: (id) =>
      serially(id, async () => {
        await known(id).kill();
        for (const listener of listeners) listener(id);
      }),
    impair: (id, impairment) =>
      serially(id, async () => {
        const machine = known(id);
        if (!machine.running) throw new Error(`machine ${id} does not run`);
        await machine.impair(impairment);
      }),
    // Only Linux has loopback addresses and control groups for each machine.
    ...(process.platform === "linux" && { guard }),
    async close({ terminate }) {
      if (closed) return;
      if (terminate || passing)
        await Promise.all([...machines.keys()].map((id) => driver.terminate(id)));
      closed = true;
      timer?.cancel();
      await serially.settled();
      guard.close();
      listeners.clear();
      if (passing) await rm(dataDir, { recursive: true, force: true });
    },
  };
  return driver;
}
