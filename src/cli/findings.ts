/** What facts about a host mean for who wants to run Fogbank there. Asks nothing itself. */
import { isChosen, type EngineFacts } from "#compute/docker/examine-engine.ts";
import { usualBase } from "#compute/docker/images.ts";
import { unreachableText } from "#compute/docker/networks.ts";
import type { HostFacts } from "#compute/host-facts.ts";

export interface Finding {
  /** "fails": Fogbank does not run as asked; "lacks": it runs, with less. */
  verdict: "ok" | "lacks" | "fails";
  text: string;
  /** What to do about it. */
  remedy?: string;
}

/** The oldest Node.js that runs the published package. */
const oldestNode = 24;

export function judgeNode(version: string): Finding {
  return Number.parseInt(version, 10) >= oldestNode
    ? { verdict: "ok", text: `Node.js ${version}` }
    : {
        verdict: "fails",
        text: `Node.js ${version} is too old`,
        remedy: `install Node.js ${oldestNode} or later`,
      };
}

/** The error's code is undefined where listening was possible; `answers` tells what listens already. */
export function judgePort(
  host: string,
  port: number,
  problem: string | undefined,
  answers: string | undefined,
): Finding {
  const where = `port ${port} on ${host}`;
  if (problem === undefined) return { verdict: "ok", text: `${where} is free` };
  if (answers !== undefined)
    return { verdict: "ok", text: `${where} is Fogbank's: version ${answers} runs there` };
  return {
    verdict: "fails",
    text: problem === "EADDRINUSE" ? `${where} is taken` : `${where} cannot be had (${problem})`,
    remedy: "choose another one with --port",
  };
}

/** Load balancers listen on their templates' ports, 80 and 443 mostly. */
export function judgeLowPorts(platform: string, problem: string | undefined): Finding {
  if (problem !== "EACCES") return { verdict: "ok", text: "ports below 1024 may be bound" };
  return {
    verdict: "lacks",
    text: "ports below 1024 may not be bound: load balancers answer on Fogbank's own port only",
    ...(platform === "linux" && {
      remedy: "sudo sysctl net.ipv4.ip_unprivileged_port_start=80",
    }),
  };
}

/** `lacking`: why the data plane's thread may not run before all others. */
export function judgePrecedence(lacking: string | undefined): Finding {
  if (lacking === undefined)
    return {
      verdict: "ok",
      text: "load balancers' traffic goes before everything else on its core",
    };
  return {
    verdict: "lacks",
    text: `load balancers' traffic waits, for some milliseconds, for what shares its core: ${lacking}`,
    ...(lacking.endsWith("not installed") && { remedy: "apt-get install util-linux" }),
    ...(lacking.endsWith("not permitted") && {
      remedy:
        "run as root (in a container: --cap-add SYS_NICE), or allow your user rtprio 1 in limits.conf",
    }),
  };
}

/** Functions run on this host whatever instances are. */
export function judgeFunctions(lacking: string | undefined): Finding {
  if (lacking === undefined)
    return { verdict: "ok", text: "functions are kept apart by bubblewrap" };
  return {
    verdict: "lacks",
    text: `functions run without a file system and processes of their own: ${lacking}`,
    ...(lacking.endsWith("not installed") && { remedy: "apt-get install bubblewrap" }),
  };
}

export function judgeCompute(kind: string, facts: HostFacts, engine: EngineFacts): Finding[] {
  if (kind === "simulated")
    return [{ verdict: "ok", text: "compute driver: simulated, because it was asked for" }];
  if (kind === "docker" || (kind === "auto" && isChosen(engine)))
    return judgeDocker(kind, facts, engine);
  return [
    { verdict: "ok", text: `compute driver: process, ${whyProcess(kind, engine)}` },
    ...judgeIsolation(facts),
    judgeAddresses(facts),
    judgeGroups(facts.addresses.bound ? undefined : facts.addresses.reason, "eBPF"),
    judgePackets(facts),
    judgeLimits(facts),
    judgeVolumes(facts),
    ...facts.missing.map(({ program, debianPackage }): Finding => ({
      verdict: "lacks",
      text: `${program} is missing`,
      remedy: `apt-get install ${debianPackage}`,
    })),
  ];
}

const baseRemedy = `docker pull debian:12 && docker tag debian:12 ${usualBase}`;

function whyProcess(kind: string, engine: EngineFacts): string {
  if (kind === "process") return "because it was asked for";
  if (!engine.answers) return `because ${engine.text}`;
  if (engine.processMachines) return "because this data directory has machines of its";
  if (!engine.reachable) return `because ${unreachableText}`;
  return `though ${engine.text}: it has no image ${usualBase} for machines to start from (${baseRemedy})`;
}

function judgeDocker(kind: string, facts: HostFacts, engine: EngineFacts): Finding[] {
  if (!engine.answers)
    return [
      {
        verdict: "fails",
        text: `compute driver: docker, but ${engine.text}`,
        remedy: "start one, set DOCKER_HOST, or leave out --compute",
      },
    ];
  if (!engine.reachable)
    return [{ verdict: "fails", text: `compute driver: docker, but ${unreachableText}` }];
  const why = kind === "docker" ? "because it was asked for" : "because it has what machines need";
  return [
    { verdict: "ok", text: `compute driver: docker, ${why}: ${engine.text}` },
    {
      verdict: "lacks",
      text:
        facts.noBlockDevices === undefined
          ? "machines may read, write and format EBS volumes, but not mount them: a container has not the right to"
          : `EBS volumes keep their bytes and snapshots, but are no disks in machines: ${facts.noBlockDevices}`,
    },
    engine.base
      ? { verdict: "ok", text: `${usualBase} stands in for images that the engine has not` }
      : {
          verdict: "lacks",
          text: `only AMIs whose own image the engine has can be launched, such as amazonlinux:2023: there is no ${usualBase}`,
          remedy: baseRemedy,
        },
    judgeGroups(engine.unfiltered, "iptables"),
    engine.unfiltered === undefined
      ? {
          verdict: "ok",
          text: "a machine's packets can be lost on purpose (iptables), and delayed where the kernel has sch_netem",
        }
      : {
          verdict: "lacks",
          text: `no machine's packets can be lost or delayed on purpose: ${engine.unfiltered}`,
        },
  ];
}

function judgeIsolation({ isolation, refusal }: HostFacts): Finding[] {
  if (refusal !== undefined) return [{ verdict: "fails", text: refusal }];
  if (isolation.level === "root")
    return [{ verdict: "ok", text: "each machine has a root file system of its own" }];
  const whose = isolation.user === undefined ? "" : `, and run as user ${isolation.user}`;
  return [
    {
      verdict: "lacks",
      text: `machines work in directories of this host${whose}: ${isolation.reason}`,
    },
  ];
}

function judgeAddresses({ addresses }: HostFacts): Finding {
  if (addresses.bound)
    return {
      verdict: "ok",
      text: "each machine has an address of its own; 0.0.0.0 and 169.254.169.254 are its own (eBPF)",
    };
  return {
    verdict: "lacks",
    text: addresses.separate
      ? `a server must listen on its machine's $HOST, not on all addresses: ${addresses.reason}`
      : "all machines share 127.0.0.1: this platform answers on no other loopback address",
  };
}

function judgeGroups(reason: string | undefined, means: string): Finding {
  if (reason === undefined)
    return { verdict: "ok", text: `security groups are enforced between machines (${means})` };
  return { verdict: "lacks", text: `security groups are not enforced between machines: ${reason}` };
}

/** What `fogbank fail instance … --loss` and `--delay` can do here. */
function judgePackets({ addresses }: HostFacts): Finding {
  const delay = "to delay them, machines would need a network of their own";
  if (addresses.bound)
    return { verdict: "ok", text: `a machine's packets can be lost on purpose (eBPF); ${delay}` };
  return {
    verdict: "lacks",
    text: `no machine's packets can be lost on purpose: ${addresses.reason ?? "machines share one address"}; ${delay}`,
  };
}

function judgeVolumes({ noBlockDevices, isolation }: HostFacts): Finding {
  const reason =
    isolation.level === "root" ? noBlockDevices : "machines have no root file system of their own";
  if (reason === undefined)
    return { verdict: "ok", text: "EBS volumes are block devices of their size in machines" };
  return {
    verdict: "lacks",
    text: `EBS volumes keep their bytes and snapshots, but are no disks in machines: ${reason}`,
    ...(process.platform === "linux" && { remedy: "run Fogbank as root, with loop devices" }),
  };
}

function judgeLimits({ limits, processors, memoryBytes }: HostFacts): Finding {
  const size = `this host has ${processors} processors and ${Math.round(memoryBytes / 2 ** 30)} GiB`;
  if (limits.cpu && limits.memory)
    return { verdict: "ok", text: `CPU and memory of instance types are enforced; ${size}` };
  const not = limits.cpu ? "memory" : limits.memory ? "CPU" : "CPU and memory";
  return {
    verdict: "lacks",
    text: `${not} of instance types ${not === "CPU and memory" ? "are" : "is"} not enforced: ${limits.reason}; ${size}`,
  };
}
