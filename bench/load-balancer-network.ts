/**
 * The layer-4 engine against nginx's stream module with one worker: bytes and connections per second
 * of the proxy's own CPU time, all in one run. Proxies are pinned to core 0; target and client share
 * core 1. nginx is taken from PATH or NGINX, its module from NGINX_STREAM_MODULE.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import { createNetworkEngine } from "#traffic/network/engine.ts";
import { listener, target, targetGroup } from "#traffic/network/testing/stage.ts";
import { cpuSecondsOf } from "./load/costs.ts";
import { runNginx, startRole, type Proxy } from "./proxies/processes.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 5);
const bulkBytes = Number(process.env["BENCH_BYTES"] ?? 1_000_000_000);
const streamModule =
  process.env["NGINX_STREAM_MODULE"] ?? "/usr/lib/nginx/modules/ngx_stream_module.so";
const wall = createWall(console.error);
const piece = Buffer.alloc(256 * 1024, "x");
const small = Buffer.alloc(1024, "x");

/** "d" is answered with bulk, "u" takes bulk and answers with its length, anything else with a kilobyte. */
async function runTarget(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => {});
    socket.once("data", (first: Buffer) => {
      if (first[0] === 0x64) return sendBulk(socket);
      if (first[0] !== 0x75) return void socket.end(small);
      let received = first.length - 1;
      socket.on("data", (more) => void (received += more.length));
      socket.on("end", () => socket.end(String(received)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

function sendBulk(socket: Socket): void {
  let left = bulkBytes;
  const write = () => {
    while (left > 0) {
      const next = left < piece.length ? piece.subarray(0, left) : piece;
      left -= next.length;
      if (!socket.write(next)) return;
    }
    socket.end();
  };
  socket.on("drain", write);
  write();
}

async function runFogbank([port]: number[]): Promise<number> {
  const engine = createNetworkEngine({
    wall,
    random: createSystemRandom(),
    onError: console.error,
  });
  const [bound] = await engine.configureNetwork({
    arn: "lb",
    nodes: [{ zone: "a", host: "192.0.2.1" }],
    recorded: [],
    listeners: [{ ...listener, idleTimeoutMs: 350_000 }],
    targetGroups: [{ ...targetGroup, targets: [target(port!)] }],
  });
  return bound!["a"]!.port;
}

const roles: Record<string, (ports: number[]) => Promise<number>> = {
  target: runTarget,
  fogbank: runFogbank,
};

const startOwnRole = (role: string, core: number, ports?: number[]) =>
  startRole(role, core, ports, fileURLToPath(import.meta.url));

async function startStreamNginx(target: number): Promise<Proxy | undefined> {
  if (!existsSync(streamModule)) return undefined;
  return runNginx(
    (port) => `events { worker_connections 1024; }
     stream { server { listen 127.0.0.1:${port}; proxy_pass 127.0.0.1:${target};
       proxy_timeout 350s; proxy_half_close on; tcp_nodelay on; } }`,
    streamModule,
  );
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
  await once(socket, "connect");
  return socket;
}

async function download(port: number): Promise<number> {
  const socket = await open(port);
  socket.write("d");
  let received = 0;
  socket.on("data", (more) => void (received += more.length));
  await once(socket, "end");
  socket.destroy();
  if (received !== bulkBytes) throw new Error(`${received} bytes came`);
  return received;
}

async function upload(port: number): Promise<number> {
  const socket = await open(port);
  socket.write("u");
  sendBulk(socket);
  let text = "";
  for await (const more of socket) text += String(more);
  if (text !== String(bulkBytes)) throw new Error(`${text} bytes came`);
  return bulkBytes;
}

/** Connections one after the other over sixteen lanes: a byte there, a kilobyte back. */
async function connections(port: number): Promise<number> {
  let count = 0;
  const endMs = wall.monotonic() + seconds * 1000;
  const lane = async () => {
    while (wall.monotonic() < endMs) {
      const socket = await open(port);
      socket.end("s");
      let received = 0;
      for await (const more of socket) received += (more as Buffer).length;
      if (received !== small.length) throw new Error(`${received} bytes came`);
      count++;
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return count;
}

const measured = { download, upload, connections };

async function measure(name: string, proxy: Proxy): Promise<Record<string, number>> {
  const rates: Record<string, number> = {};
  for (const [what, run] of Object.entries(measured)) {
    await run(proxy.port);
    const before = cpuSecondsOf(proxy.pid);
    const amount = await run(proxy.port);
    const used = cpuSecondsOf(proxy.pid) - before;
    rates[what] = amount / used;
    const shown =
      what === "connections"
        ? `${Math.round(amount / used)} connections`
        : `${Math.round(amount / used / 1e6)} MB`;
    console.log(`${name.padEnd(8)} ${what.padEnd(12)} ${shown} per CPU second`);
  }
  proxy.stop();
  return rates;
}

const [role, ...given] = process.argv.slice(2);
if (role) {
  process.on("disconnect", () => process.exit());
  process.send!(await roles[role]!(given.map(Number)));
} else {
  spawnSync("taskset", ["-a", "-cp", "1", String(process.pid)]);
  const target = await startOwnRole("target", 1);
  const own = await measure("Fogbank", await startOwnRole("fogbank", 0, [target.port]));
  const peerProxy = await startStreamNginx(target.port);
  const peer = peerProxy && (await measure("nginx", peerProxy));
  target.stop();
  if (!peer) console.log("nginx was not measured: it, or its stream module, is not installed");
  else
    for (const what of Object.keys(measured))
      console.log(`ratio to nginx, ${what}: ${(own[what]! / peer[what]!).toFixed(2)}`);
}
