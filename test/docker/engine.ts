/** An engine of a test's own, which may be killed: Docker's daemon in a directory for temporary files. */
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, globSync, openSync, readFileSync, readlinkSync } from "node:fs";
import { mkdtemp, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "#runtime/testing/eventually.ts";
import { makeBaseImage } from "#compute/docker/testing/base-image.ts";
import { usualBase } from "#compute/docker/images.ts";
import { findEngine } from "#compute/docker/engine/find-engine.ts";
import type { Engine } from "#compute/docker/engine/engine.ts";
import { listPids, readProcess, signalProcess } from "#compute/process/process-table.ts";
import { createWall } from "#runtime/wall.ts";

/** False when all is there. */
export function whyNoEngine(): string | false {
  if (process.platform !== "linux" || process.getuid?.() !== 0)
    return "only root on Linux starts an engine of its own";
  for (const program of ["dockerd", "busybox", "ip"])
    if (spawnSync(program, ["--help"]).error) return `there is no ${program}`;
  const others = spawnSync("pgrep", ["-x", "dockerd"], { encoding: "utf8" }).stdout.split("\n");
  if (others.some((pid) => pid !== "" && networkOf(pid) === networkOf("self")))
    return "another dockerd runs on this host, and the two would disturb each other's networks";
  return false;
}

/** Names the network name space of a process; undefined when it has just ended. */
function networkOf(pid: string): string | undefined {
  const path = `/proc/${pid}/ns/net`;
  return existsSync(path) ? readlinkSync(path) : undefined;
}

export class OwnEngine {
  readonly directory: string;
  #daemon: ChildProcess | undefined;

  private constructor(directory: string) {
    this.directory = directory;
  }

  get #bridge(): string {
    return `fbt${this.directory.slice(-6)}`;
  }

  /** The control group of its containers. */
  get #group(): string {
    return `fogbank-${this.directory.slice(-6)}`;
  }

  /** With the image that machines start from. */
  static async start(): Promise<OwnEngine> {
    const own = new OwnEngine(await mkdtemp(join(tmpdir(), "fogbank-engine-")));
    spawnSync("ip", ["link", "add", own.#bridge, "type", "bridge"]);
    spawnSync("ip", ["address", "add", "198.18.77.1/24", "dev", own.#bridge]);
    await own.start();
    await makeBaseImage(await own.connect(), usualBase);
    return own;
  }

  get address(): string {
    return `unix://${this.directory}/docker.sock`;
  }

  async connect(): Promise<Engine> {
    const wall = createWall((error) => {
      throw error;
    });
    const { engine, text } = await findEngine(wall, { DOCKER_HOST: this.address });
    if (!engine) throw new Error(text);
    return engine;
  }

  async start(): Promise<void> {
    const at = (name: string) => join(this.directory, name);
    const log = openSync(at("log"), "a");
    const folders = ["--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("pid")];
    // Never without a bridge, or with the usual one: the daemon would take that from this host's engine.
    const more = ["--bridge", this.#bridge, "--host", this.address, "--cgroup-parent", this.#group];
    this.#daemon = spawn("dockerd", [...folders, ...more], { stdio: ["ignore", log, log] });
    const answers = () =>
      this.connect().then(
        () => true,
        () => false,
      );
    await eventually("the engine starts", answers, () => pause(200)).catch((error: Error) => {
      throw new Error(`${error.message}: ${readFileSync(at("log"), "utf8").slice(-500)}`);
    });
  }

  /** As a power cut would; its containers are at the mercy of the next one. */
  async kill(): Promise<void> {
    const folder = join(this.directory, "exec", "containerd");
    const containerd = readFileSync(join(folder, "containerd.pid"), "utf8").trim();
    await this.#end("SIGKILL");
    // It dies with the daemon, a little later; the next daemon would take it for its own.
    while (existsSync(`/proc/${containerd}`)) await pause(50);
  }

  async remove(): Promise<void> {
    if (!this.#daemon) await this.start();
    // Containers of a daemon that ends live on without one.
    const engine = await this.connect();
    const left = await engine.json<{ Id: string }[]>("GET", "/containers/json", {
      query: { all: true },
    });
    for (const { Id } of left)
      await engine.call("DELETE", `/containers/${Id}`, { query: { force: true } });
    // Their bridges would stay on this host.
    await engine.call("POST", "/networks/prune");
    await this.#end("SIGTERM");
    await this.#endRemains();
    spawnSync("ip", ["link", "delete", this.#bridge]);
    // Each daemon that was killed left its mounts, the directory over itself among them.
    const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
    for (const path of mounts.map((line) => line.split(" ")[1] ?? "").toReversed())
      if (path.startsWith(this.directory)) spawnSync("umount", ["--lazy", path]);
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** A daemon that was killed leaves its containers' keepers, and containers that the next one did not know. */
  async #endRemains(): Promise<void> {
    const read = (path: string) => (existsSync(path) ? readFileSync(path, "utf8") : "");
    for (const pid of listPids()) {
      const isKeeper = read(`/proc/${pid}/cmdline`).includes(`${this.directory}/`);
      const found = readProcess(pid);
      if (found && (isKeeper || read(`/proc/${pid}/cgroup`).includes(this.#group)))
        signalProcess(found, "SIGKILL");
    }
    const groups = globSync(`/sys/fs/cgroup/{,*/}${this.#group}/{*/,}`);
    // Those of the containers before the one that holds them.
    for (const group of groups.toSorted((a, b) => b.length - a.length))
      // The kernel takes a moment to let go of those that have just ended.
      for (let tries = 0; tries < 20 && existsSync(group); tries++)
        await rmdir(group).catch(() => pause(50));
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const daemon = this.#daemon;
    this.#daemon = undefined;
    if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return;
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill(signal);
    await ended;
  }
}
