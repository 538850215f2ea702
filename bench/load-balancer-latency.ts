/**
 * What the load balancer's proxy costs beside throughput, with nginx as the measure: the time that it
 * adds to a request, the processor time of a large download, and the memory of idle WebSockets.
 * Proxies are pinned to core 0, backends to core 1, where this process is as well. The proxy needs two file
 * descriptors for each WebSocket: where 10,000 of them pass the limit and it may not be raised (that takes root),
 * fewer are opened.
 */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { spawnSync } from "node:child_process";
import { createWall } from "#runtime/wall.ts";
import { createHttpClient } from "#http/client.ts";
import { cpuSecondsOf, residentBytesOf } from "./load/costs.ts";
import { filesAllowed, startNginx, startRole } from "./proxies/processes.ts";

const wall = createWall(console.error);
const requests = Number(process.env["BENCH_REQUESTS"] ?? 4000);
const streamedBytes = Number(process.env["BENCH_STREAM_BYTES"] ?? 1e9);
const wantedWebSockets = Number(process.env["BENCH_WEB_SOCKETS"] ?? 10_000);

spawnSync("taskset", ["-a", "-cp", "1", String(process.pid)]);
const backends = await Promise.all([1, 1, 1].map((core) => startRole("backend", core)));
const ports = backends.map(({ port }) => port);
const fogbank = await startRole("fogbank", 0, ports);
const nginx = await startNginx(ports);
const client = createHttpClient({ wall });

interface Percentiles {
  p50: number;
  p99: number;
}

/** Requests one after the other, in microseconds each; the ways are taken in turn, so that all meet the same machine. */
async function latencies(ways: number[]): Promise<Percentiles[]> {
  const times = ways.map(() => [] as number[]);
  for (let turn = 0; turn < requests + 500; turn++)
    for (const [index, port] of ways.entries()) {
      const startMs = wall.monotonic();
      await client.request({
        address: { host: "127.0.0.1", port },
        method: "GET",
        target: "/",
        rawHeaders: ["Host", "a"],
      });
      if (turn >= 500) times[index]!.push((wall.monotonic() - startMs) * 1000);
    }
  return times.map((own) => {
    own.sort((a, b) => a - b);
    return { p50: own[own.length >> 1]!, p99: own[Math.floor(own.length * 0.99)]! };
  });
}

/** Bytes per second of the proxy's processor time. */
async function streamed(port: number, pid: number): Promise<number> {
  const before = cpuSecondsOf(pid);
  const { body } = await client.request({
    address: { host: "127.0.0.1", port },
    method: "GET",
    target: `/bytes/${streamedBytes}`,
    rawHeaders: ["Host", "a"],
  });
  let size = 0;
  for await (const piece of body) size += piece.length;
  if (size !== streamedBytes) throw new Error(`${size} bytes came`);
  return size / (cpuSecondsOf(pid) - before);
}

async function openWebSocket(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  const [head] = (await once(socket, "data")) as [Buffer];
  if (!head.toString("latin1").startsWith("HTTP/1.1 101"))
    throw new Error(`after ${open.length}: ${String(head)}`);
  return socket;
}

const open: Socket[] = [];
const show = (value: number) => Math.round(value).toLocaleString("en");
const ways = [backends[0]!.port, fogbank.port, ...(nginx ? [nginx.port] : [])];
const [direct, own, peer] = await latencies(ways);
console.log(`direct      p50 ${show(direct!.p50)} µs, p99 ${show(direct!.p99)} µs`);
console.log(
  `Fogbank     p50 ${show(own!.p50)} µs, p99 ${show(own!.p99)} µs; adds ${show(own!.p50 - direct!.p50)} µs`,
);
if (peer)
  console.log(
    `nginx       p50 ${show(peer.p50)} µs, p99 ${show(peer.p99)} µs; adds ${show(peer.p50 - direct!.p50)} µs; p99 ratio ${(own!.p99 / peer.p99).toFixed(2)}`,
  );

const ownRate = await streamed(fogbank.port, fogbank.pid);
console.log(`streamed    Fogbank ${show(ownRate / 1e6)} MB per CPU second`);
if (nginx) {
  const peerRate = await streamed(nginx.port, nginx.pid);
  console.log(
    `            nginx ${show(peerRate / 1e6)} MB per CPU second, ratio ${(ownRate / peerRate).toFixed(2)}`,
  );
}

/** Those of a proxy besides its WebSockets'. */
const otherFiles = 100;
const files = filesAllowed(fogbank.pid, wantedWebSockets * 2 + otherFiles);
const webSockets = Math.min(wantedWebSockets, Math.floor((files - otherFiles) / 200) * 100);
const before = residentBytesOf(fogbank.pid);
while (open.length < webSockets)
  open.push(...(await Promise.all(Array.from({ length: 100 }, () => openWebSocket(fogbank.port)))));
await new Promise<void>((resolve) => wall.after(3000, resolve));
const grown = residentBytesOf(fogbank.pid) - before;
console.log(
  `WebSockets  ${show(open.length)} idle ones take ${show(grown / 1e6)} MB, 10,000 would take ${show((grown / open.length) * 0.01)}; the proxy has ${show(residentBytesOf(fogbank.pid) / 1e6)} MB`,
);
for (const socket of open) socket.destroy();
client.close();
for (const one of [fogbank, ...(nginx ? [nginx] : []), ...backends]) one.stop();
process.exit();
