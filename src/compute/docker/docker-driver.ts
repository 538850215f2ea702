/** The Docker driver: a machine is a container of an engine on this host, a VPC one of its networks. */
import { mkdir, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import { absentMachine, HostUnavailable, type ComputeDriver, type MachineSpec } from "../driver.ts";
import { createLoopbackAddresses } from "../process/loopback.ts";
import { createSerial } from "../serially.ts";
import { numberDisks } from "../volumes/disk.ts";
import { createVolumeFiles, type VolumeFiles } from "../volumes/volume-files.ts";
import { openPassingDirectory } from "../process/passing-directory.ts";
import { adoptMachines } from "./adopt.ts";
import { containerOf, guestVariables, type MachineRecord } from "./container.ts";
import { isConflict, type Engine } from "./engine/engine.ts";
import { splitFrames } from "./engine/frames.ts";
import { watchEvents } from "./events.ts";
import { createContainerVolumes } from "./container-volumes.ts";
import { converseInside } from "./converse.ts";
import { executeInside } from "./execute.ts";
import { ensureGuestVolume } from "./guest-volume.ts";
import { createImages, ignoreMissing, usualBase, type FoundImage } from "./images.ts";
import { DockerMachine, inspectContainer, type MachineSurroundings } from "./machine.ts";
import { metadataTarget, reachableEnvironment } from "./machine-environment.ts";
import { nothingMeasured } from "./measure.ts";
import { createBridgeRedirects } from "./bridge-redirects.ts";
import { createNetworks, type MachineNetwork } from "./networks.ts";
import { createSharedNetworks } from "./shared-networks.ts";
import { ownershipOf, sweepEnded } from "./ownership.ts";
import { createContainerGuard, remarkOf } from "./packet-filter/packet-guard.ts";
import { createRelays } from "./relays.ts";

export interface DockerDriverOptions {
  engine: Engine;
  /** Undefined for a cloud that keeps nothing: its machines end with Fogbank. */
  dataDir: string | undefined;
  clock: Clock;
  log: Log;
  /** What machines start from whose own image the engine has not; "fogbank/base" unless given. */
  baseImage?: string;
}

/** The last 64 KiB, as GetConsoleOutput has them. */
const consoleBytes = 64 * 1024;
/** Commands beyond so many at a time share their numbers. */
const commandSlots = 256;

export async function createDockerDriver(options: DockerDriverOptions): Promise<ComputeDriver> {
  const { engine, log, dataDir, baseImage = usualBase } = options;
  const { wall } = options.clock;
  const passing = dataDir === undefined;
  const { cloud, own } = ownershipOf(dataDir);
  const { NCPU } = await engine.json<{ NCPU: number }>("GET", "/info");
  const around: MachineSurroundings = {
    engine,
    log,
    processors: NCPU,
    passing,
    started: async (machine) => {
      await volumes.showAll(machine);
      await guardMachine(machine);
    },
  };
  const networks = createNetworks(engine, { cloud, own, log });
  const images = createImages(engine, { cloud, base: baseImage, own });
  const addresses = await createLoopbackAddresses(cloud);
  const machines = new Map<string, DockerMachine>();
  const redirects = createBridgeRedirects(log);
  const listeners = new Set<(id: string) => void>();
  const serially = createSerial();
  let commands = 0;
  let guest: Promise<string> | undefined;
  const volumes = createContainerVolumes({
    files: () => (files ??= openVolumeFiles()),
    machines,
    serially,
    log,
  });
  let ownDirectory: string | undefined;
  let files: Promise<VolumeFiles> | undefined;
  /** A cloud that keeps nothing has a directory only once it has a volume. */
  const openVolumeFiles = async () => {
    if (dataDir === undefined) ownDirectory = await openPassingDirectory();
    const directory = join(dataDir ?? ownDirectory!, "volumes");
    await mkdir(directory, { recursive: true });
    return createVolumeFiles(await realpath(directory), { wall, log });
  };
  let closed = false;
  const guard = createContainerGuard(log);
  const guardMachine = async (machine: DockerMachine) => {
    const inspected = await machine.inspect();
    const address = inspected && machine.addressIn(inspected);
    if (!inspected?.State.Running || address === undefined) return;
    const { gateway } = machine.network;
    await guard.enter({ id: machine.id, pid: inspected.State.Pid, address, gateway });
  };

  const onNetwork = (gateway: string) =>
    [...machines.values()].filter(({ network }) => network.gateway === gateway);
  const relays = createRelays(log, async (gateway, address) => {
    const near = onNetwork(gateway);
    let machine = near.find(
      ({ network, record }) => network.exact && record.spec.privateIp === address,
    );
    if (!machine && near[0]) {
      const { Containers } = await engine.json<{
        Containers: Record<string, { IPv4Address: string }>;
      }>("GET", `/networks/${near[0].network.id}`);
      const found = Object.entries(Containers).find(
        ([, { IPv4Address }]) => IPv4Address.split("/")[0] === address,
      );
      machine = near.find(({ container }) => container === found?.[0]);
    }
    if (!machine) return undefined;
    const { id, environment } = machine.record.spec;
    return { machineId: id, metadata: metadataTarget(environment, addresses, id) };
  });

  const known = (id: string): DockerMachine => {
    const machine = machines.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    return machine;
  };
  const environmentFor = async (
    id: string,
    environment: Record<string, string>,
    network: MachineNetwork,
    former?: Record<string, string>,
  ) => {
    const metadataHost = addresses.addressOf(id);
    const { environment: reachable, metadataPort } = await reachableEnvironment(
      environment,
      { metadataHost, network, relays },
      former,
    );
    if (metadataPort !== undefined) await redirects.leadMetadata(network, metadataPort);
    return reachable;
  };

  /** Looks at the container; says whether the machine's state changed by itself. */
  const check = async (id: string): Promise<boolean> => {
    const machine = machines.get(id);
    if (!machine) return false;
    const inspected = await machine.inspect();
    if (inspected) {
      const changed = await machine.settle(inspected);
      if (changed && machine.state !== "running") await volumes.release(machine.record.disks);
      return changed;
    }
    await forget(machine);
    return true;
  };
  const shared = createSharedNetworks({
    networks,
    redirects,
    relays,
    serially,
    hasMachines: ({ gateway }) => onNetwork(gateway).length > 0,
  });
  const changed = (id: string) => {
    if (closed) return;
    void serially(id, async () => {
      if (!closed && (await check(id))) for (const listener of listeners) listener(id);
    }).catch((error: unknown) =>
      log.error("a machine could not be checked", { machine: id, error }),
    );
  };
  /** What is left in the engine of a machine whose container is gone. */
  const forget = async (machine: DockerMachine) => {
    const { id, network } = machine;
    machine.release();
    await volumes.release(machine.record.disks);
    guard.leave(id);
    machines.delete(id);
    addresses.release(id);
    await removeVolume(id);
    await shared.leave(network);
  };
  const removeVolume = (id: string) =>
    engine.call("DELETE", `/volumes/${nameOf(id)}`).catch(ignoreMissing);
  const nameOf = (id: string) => `fogbank-${cloud}-${id.replaceAll(/[^\w.-]/g, "_")}`;

  const make = async (spec: Omit<MachineSpec, "userData">, userData: Uint8Array | undefined) => {
    const image = await images.find(spec.image);
    if (image.remark !== undefined) log.warn(image.remark);
    await shared.launchIn(spec.network, (network) => makeIn(network, image, spec, userData));
  };
  const makeIn = async (
    network: MachineNetwork,
    image: FoundImage,
    spec: Omit<MachineSpec, "userData">,
    userData: Uint8Array | undefined,
  ) => {
    guest ??= ensureGuestVolume(engine, image.id, wall);
    guest.catch(() => (guest = undefined));
    const given = { network, image, own, passing, volume: nameOf(spec.id), processors: NCPU };
    const environment = await environmentFor(spec.id, spec.environment, network);
    const record: MachineRecord = {
      version: 1,
      spec,
      environment: { ...guestVariables(spec.id, image.environment["PATH"]), ...environment },
      before: nothingMeasured,
      disks: numberDisks(spec.volumes ?? []),
    };
    const guestVolume = await guest;
    const create = () =>
      engine.json<{ Id: string }>("POST", "/containers/create", {
        query: { name: nameOf(spec.id) },
        body: containerOf(record, { ...given, guestVolume }),
      });
    // What an interrupted launch left; a machine that had come to run would have been adopted. An engine
    // that was killed may have made the volume without the label by which it is found.
    await removeVolume(spec.id).catch((error: unknown) => {
      if (!isConflict(error)) throw error;
    });
    const { Id } = await create().catch(async (error: unknown) => {
      if (!isConflict(error)) throw error;
      await engine.call("DELETE", `/containers/${nameOf(spec.id)}`, { query: { force: true } });
      await removeVolume(spec.id);
      return create();
    });
    const machine = new DockerMachine({ container: Id, network, record, state: "pending" }, around);
    machines.set(spec.id, machine);
    try {
      await machine.launch(userData, remarkOf(image.remark, spec.network !== undefined));
    } catch (error) {
      // A launch that failed leaves nothing, so that it can be made again; where not even that can be
      // done, the next one removes what is left.
      machines.delete(spec.id);
      machine.release();
      if (!(error instanceof HostUnavailable)) {
        await machine.terminate();
        await forget(machine);
      }
      throw error;
    }
  };

  if (passing)
    await sweepEnded(engine).then(
      (count) => count > 0 && log.info("machines of ended clouds were removed", { count }),
      (error: unknown) => log.warn("machines of ended clouds stay behind", { error }),
    );
  else
    for (const { machine, metadataHost } of await adoptMachines({ around, cloud, networks })) {
      machines.set(machine.id, machine);
      if (metadataHost !== undefined) addresses.claim(machine.id, metadataHost);
      const { spec, environment } = machine.record;
      await environmentFor(machine.id, spec.environment, machine.network, environment);
      await redirects.leadResolvers(machine.network, spec.network?.cidr);
      if (machine.state === "running") await guardMachine(machine);
    }
  if (dataDir !== undefined) await volumes.resume(dataDir);
  const watch = watchEvents(
    engine,
    { cloud, wall, log },
    {
      onMachine: changed,
      onLost() {
        for (const machine of machines.values())
          machine.isInDoubt = machine.state === "running" || machine.isInDoubt;
      },
      onFound() {
        for (const id of machines.keys()) changed(id);
      },
    },
  );

  const driver: ComputeDriver = {
    name: "docker",
    launch: ({ userData, ...spec }) =>
      serially(spec.id, async () => {
        if (!machines.has(spec.id)) await make(spec, userData);
      }),
    stop: (id, { force = false } = {}) =>
      serially(id, async () => {
        const machine = known(id);
        if (machine.state === "stopped") return;
        await machine.stop(force ? 0 : undefined);
        await volumes.release(machine.record.disks);
      }),
    start: (id, { environment, volumes: wantedVolumes, ...changes } = {}) =>
      serially(id, async () => {
        const machine = known(id);
        await check(id);
        if (machine.state === "running") return;
        const { record, network } = machine;
        const wanted = environment ?? record.spec.environment;
        machine.record = {
          ...record,
          spec: { ...record.spec, environment: wanted },
          ...(wantedVolumes && { disks: numberDisks(wantedVolumes) }),
        };
        const reachable = await environmentFor(id, wanted, network, record.environment);
        await machine.start(changes, {
          ...guestVariables(id, /* as its image had it */ pathOf(record)),
          ...reachable,
        });
      }),
    reboot: (id) =>
      serially(id, async () => {
        const machine = known(id);
        await machine.stop();
        await machine.start({}, machine.record.environment);
      }),
    terminate: (id) =>
      serially(id, async () => {
        const machine = machines.get(id);
        if (!machine) return;
        const inspected = await machine.inspect();
        await machine.terminate();
        await forget(machine);
        if (inspected) await images.sweep(inspected.Image);
      }),
    observe: async (id) => {
      const machine = machines.get(id);
      const measuredMs = wall.monotonic();
      if (!machine) return absentMachine(id, measuredMs);
      if (machine.state === "running") await serially(id, () => check(id));
      return machines.has(id) ? machine.observe(measuredMs) : absentMachine(id, measuredMs);
    },
    list: () => Promise.all([...machines.keys()].map((id) => driver.observe(id))),
    snapshot: (id, imageId) => serially(id, () => images.commit(known(id).container, imageId)),
    deleteImage: (imageId) => images.remove(imageId),
    reach: async (id, port) => {
      const machine = machines.get(id);
      if (machine?.state !== "running") return undefined;
      if (machine.network.exact) return { host: machine.record.spec.privateIp, port };
      const inspected = await inspectContainer(engine, machine.container);
      const host = inspected && machine.addressIn(inspected);
      return host === undefined ? undefined : { host, port };
    },
    metadataHost: async (id) => addresses.addressOf(id),
    // Only root may listen at that port.
    resolverHost: async (id) =>
      process.getuid?.() === 0 ? machines.get(id)?.network.gateway : undefined,
    console: async (id) => {
      const logs = await engine.call("GET", `/containers/${known(id).container}/logs`, {
        query: { stdout: true, stderr: true, tail: 4000 },
      });
      return splitFrames(logs).both.subarray(-consoleBytes).toString("utf8");
    },
    execute: async (id, command, given = {}) => {
      const machine = known(id);
      if (machine.state !== "running") throw new Error(`machine ${id} does not run`);
      return executeInside(command, {
        engine,
        wall,
        container: machine.container,
        environment: { ...machine.record.environment, ...given.environment },
        slot: commands++ % commandSlots,
        timeoutMs: given.timeoutMs,
        signal: given.signal,
      });
    },
    volumes,
    converse: async (id, command, given = {}) => {
      const machine = known(id);
      if (machine.state !== "running") throw new Error(`machine ${id} does not run`);
      return converseInside(command, given.terminal, {
        engine,
        container: machine.container,
        environment: { ...machine.record.environment, ...given.environment },
        slot: commands++ % commandSlots,
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    kill: (id) =>
      serially(id, async () => {
        await known(id).kill();
        if (await check(id)) for (const listener of listeners) listener(id);
      }),
    impair: (id, impairment) =>
      serially(id, async () => {
        const machine = known(id);
        if (machine.state !== "running") throw new Error(`machine ${id} does not run`);
        await machine.impair(impairment);
      }),
    guard,
    async close({ terminate }) {
      if (closed) return;
      if (terminate || passing)
        await Promise.all([...machines.keys()].map((id) => driver.terminate(id)));
      closed = true;
      watch.close();
      await serially.settled();
      for (const machine of machines.values()) machine.release();
      await relays.closeAll();
      if (ownDirectory !== undefined) await rm(ownDirectory, { recursive: true, force: true });
      listeners.clear();
    },
  };
  return driver;
}

const pathOf = ({ environment }: MachineRecord) => environment["PATH"];
