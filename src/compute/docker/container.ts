/** A machine's container: how it is made, and what the engine tells of it. */
import type { MachineSpec } from "../driver.ts";
import { nameserversOfHost } from "../nameservers.ts";
import type { Disk } from "../volumes/disk.ts";
import { loopDeviceRules } from "./container-volumes.ts";
import { bootPath, guestPath } from "./boot-files.ts";
import { guestNodePath } from "./guest-volume.ts";
import type { FoundImage } from "./images.ts";
import { labels } from "./labels.ts";
import type { MachineNetwork } from "./networks.ts";
import type { Measured } from "./measure.ts";

/** What the driver remembers of a machine, in the machine's own volume. */
export interface MachineRecord {
  version: 1;
  spec: Omit<MachineSpec, "userData">;
  /** What its processes see, with addresses that they can reach. */
  environment: Record<string, string>;
  /** Of the boots before this one. */
  before: Measured;
  /** Its volumes besides the root. */
  disks?: Disk[];
}

export interface InspectedContainer {
  Id: string;
  Image: string;
  State: {
    Running: boolean;
    Status: string;
    ExitCode: number;
    /** As the engine's host numbers the container's first process; 0 when it does not run. */
    Pid: number;
    OOMKilled: boolean;
    StartedAt: string;
  };
  Config: { Labels: Record<string, string> };
  NetworkSettings: { Networks: Record<string, { IPAddress: string; NetworkID: string }> };
}

/** A container that was made and never ran. */
export const hasNeverRun = ({ State }: InspectedContainer): boolean =>
  !State.Running && State.StartedAt.startsWith("0001-");

const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A quota below a hundredth of a processor, or less memory than this, would not let a machine boot. */
const leastCpus = 0.01;
const leastMemoryBytes = 32 * 1024 ** 2;

export function limitsOf({ cpus, memoryBytes }: Pick<MachineSpec, "cpus" | "memoryBytes">) {
  const memory = Math.max(leastMemoryBytes, Math.floor(memoryBytes));
  return {
    NanoCpus: Math.round(Math.max(leastCpus, cpus) * 1e9),
    Memory: memory,
    // As much as without any swap: an instance has none.
    MemorySwap: memory,
  };
}

/** How many processors the engine's host has; more than those it refuses. */
export function withinHost<T extends { NanoCpus: number }>(limits: T, processors: number): T {
  return { ...limits, NanoCpus: Math.min(limits.NanoCpus, processors * 1e9) };
}

/** The body of a container's creation. https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container/operation/ContainerCreate */
export function containerOf(
  { spec }: MachineRecord,
  given: {
    image: FoundImage;
    network: MachineNetwork;
    volume: string;
    guestVolume: string;
    own: Record<string, string>;
    processors: number;
    /** The machine ends with Fogbank: with the end of its input. */
    passing: boolean;
  },
): object {
  const { image, network, own, passing } = given;
  const [hostname, ...domain] = spec.hostname.split(".");
  const marks = { ...own, [labels.machine]: spec.id };
  return {
    Image: image.id,
    Hostname: hostname!.slice(0, 63),
    Domainname: domain.join("."),
    User: "0:0",
    WorkingDir: "/",
    Entrypoint: ["/bin/sh", `${bootPath}/enter.sh`],
    Cmd: [],
    Env: Object.entries({
      ...guestVariables(spec.id, image.environment["PATH"]),
      FOGBANK_LEASE: passing ? "1" : "0",
    }).map(([name, value]) => `${name}=${value}`),
    Labels: marks,
    StopSignal: "SIGTERM",
    Healthcheck: { Test: ["NONE"] },
    ...(passing && { OpenStdin: true, StdinOnce: true, AttachStdin: true }),
    HostConfig: {
      ...withinHost(limitsOf(spec), given.processors),
      NetworkMode: network.name,
      // Where Fogbank answers names of the VPC; the host's own servers know the rest.
      ...(process.getuid?.() === 0 && { Dns: [network.gateway, ...nameserversOfHost()] }),
      RestartPolicy: { Name: "no" },
      // Only root makes devices to show; engines of other users refuse such rules.
      ...(process.getuid?.() === 0 && { DeviceCgroupRules: loopDeviceRules }),
      // What DescribeConsole shows and no more, however much a machine prints.
      LogConfig: { Type: "json-file", Config: { "max-size": "1m", "max-file": "2" } },
      Mounts: [
        {
          Type: "volume",
          Source: given.volume,
          Target: bootPath,
          VolumeOptions: { NoCopy: true, Labels: marks },
        },
        { Type: "volume", Source: given.guestVolume, Target: guestPath, ReadOnly: true },
      ],
    },
    NetworkingConfig: {
      EndpointsConfig: {
        [network.name]: network.exact ? { IPAMConfig: { IPv4Address: spec.privateIp } } : {},
      },
    },
  };
}

/** Variables of every process of the machine that are not its cloud's. */
export function guestVariables(id: string, imagePath = systemPath): Record<string, string> {
  return {
    PATH: `${guestPath}/bin:${imagePath}:${guestNodePath}`,
    HOME: "/root",
    LANG: "C.UTF-8",
    // Its address is its own: a server may listen on all of them, as on an instance.
    HOST: "0.0.0.0",
    FOGBANK_MACHINE_ID: id,
    FOGBANK_ROOT: "",
    FOGBANK_BOOT: bootPath,
    FOGBANK_ISOLATION: "root",
    FOGBANK_INIT: "1",
  };
}
