/**
 * The load balancer's proxy in front of three trivial backends, against http-proxy and nginx with
 * one worker: requests per second of the proxy's own CPU time, all in one run. Proxies are pinned to
 * core 0; backends and load (autocannon) share core 1. nginx is taken from PATH or NGINX.
 */
import { fork, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createRawServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import { serve } from "#http/server.ts";
import { createEngine } from "#traffic/application/engine.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 5);
const body = "x".repeat(Number(process.env["BENCH_BYTES"] ?? 1024));
const nginx = process.env["NGINX"] ?? "nginx";
/** It has no types. */
const peerModule: string = "http-proxy";
const wall = createWall(console.error);

async function runBackend(): Promise<number> {
  const handler = () => ({ status: 200, headers: { "content-type": "text/plain" }, body });
  return (await serve({ host: "127.0.0.1", port: 0, wall, handler })).port;
}

async function runFogbank(ports: number[]): Promise<number> {
  const engine = createEngine({ wall, random: createSystemRandom(), onError: console.error });
  const targets = ports.map((port) => ({
    key: `127.0.0.1:${port}`,
    zone: "a",
    reach: { host: "127.0.0.1", port },
    state: "healthy" as const,
    healthyForMs: 1e9,
  }));
  const [bound] = await engine.configure({
    arn: "lb",
    loopbackHost: "192.0.2.1",
    zones: ["a", "b"],
    idleTimeoutMs: 60_000,
    secret: "00".repeat(32),
    dropInvalidHeaders: false,
    forwardedFor: "append",
    forwardedForPort: false,
    tlsHeaders: false,
    http2: true,
    preserveHost: false,
    accessLog: false,
    clientKeepAliveMs: 3_600_000,
    listeners: [
      {
        arn: "listener",
        port: 80,
        bound: undefined,
        tls: undefined,
        serverHeader: true,
        responseFields: [],
        renamed: {},
        rules: [
          {
            arn: "default",
            conditions: [],
            action: {
              type: "forward",
              groups: [{ arn: "tg", weight: 1 }],
              stickinessMs: undefined,
            },
          },
        ],
      },
    ],
    targetGroups: [
      {
        arn: "tg",
        tls: false,
        version: "HTTP1",
        algorithm: "round_robin",
        slowStartMs: 0,
        crossZone: true,
        stickiness: undefined,
        minimumHealthy: { count: 1, percentage: 0 },
        targets,
      },
    ],
  });
  return bound!.port;
}

async function runHttpProxy(ports: number[]): Promise<number> {
  const { Agent } = await import("node:http");
  const { default: httpProxy } = (await import(peerModule)) as {
    default: { createProxyServer(options: object): { web: (...all: unknown[]) => void } };
  };
  const proxy = httpProxy.createProxyServer({ agent: new Agent({ keepAlive: true }), xfwd: true });
  let next = 0;
  const server = createServer((request, response) => {
    proxy.web(request, response, { target: `http://127.0.0.1:${ports[next++ % ports.length]}` });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

const roles: Record<string, (ports: number[]) => Promise<number>> = {
  backend: runBackend,
  fogbank: runFogbank,
  "http-proxy": runHttpProxy,
};

interface Proxy {
  port: number;
  /** The process whose CPU time counts. */
  pid: number;
  stop(): void;
}

async function startRole(role: string, core: number, ports: number[] = []): Promise<Proxy> {
  const child: ChildProcess = fork(fileURLToPath(import.meta.url), [role, ...ports.map(String)]);
  const [port] = (await once(child, "message")) as [number];
  spawnSync("taskset", ["-a", "-cp", String(core), String(child.pid)]);
  return { port, pid: child.pid!, stop: () => child.kill() };
}

async function freePort(): Promise<number> {
  const server = createRawServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function startNginx(ports: number[]): Promise<Proxy | undefined> {
  if (spawnSync(nginx, ["-v"]).error) return undefined;
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "fogbank-nginx-"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join(" ");
  writeFileSync(
    join(directory, "nginx.conf"),
    `daemon off; master_process off; worker_processes 1; pid ${directory}/pid;
     error_log ${directory}/error.log; events { worker_connections 1024; }
     http { access_log off; ${temporary}
       upstream app { ${ports.map((one) => `server 127.0.0.1:${one};`).join(" ")} keepalive 64; }
       server { listen 127.0.0.1:${port}; keepalive_requests 1000000000;
         location / { proxy_pass http://app; proxy_http_version 1.1;
           proxy_set_header Connection ""; proxy_set_header Host $http_host;
           proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }`,
  );
  const child = spawn("taskset", ["-c", "0", nginx, "-c", join(directory, "nginx.conf")], {
    stdio: "inherit",
  });
  await new Promise<void>((resolve) => wall.after(500, resolve));
  return { port, pid: child.pid!, stop: () => child.kill() };
}

/** Processor seconds of a process, from /proc: user and system time in ticks of 10 ms. */
function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function attack(port: number, duration: number): Promise<number> {
  const autocannon = fileURLToPath(import.meta.resolve("autocannon"));
  const flags = ["-j", "-c", "32", "-d", String(duration), `http://127.0.0.1:${port}/`];
  const child = spawn("taskset", ["-c", "1", process.execPath, autocannon, ...flags], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  for await (const piece of child.stdout) text += piece;
  const result = JSON.parse(text);
  if (result.errors > 0 || result.non2xx > 0)
    throw new Error(`the load met ${result.errors} errors and ${result.non2xx} other answers`);
  return result.requests.total;
}

async function measure(name: string, proxy: Proxy): Promise<number> {
  await attack(proxy.port, 2);
  const before = cpuSecondsOf(proxy.pid);
  const requests = await attack(proxy.port, seconds);
  const perCpuSecond = requests / (cpuSecondsOf(proxy.pid) - before);
  proxy.stop();
  const show = (value: number) => Math.round(value).toLocaleString("en");
  console.log(
    `${name.padEnd(11)} ${show(requests / seconds)}/s, ${show(perCpuSecond)} per CPU second`,
  );
  return perCpuSecond;
}

const [role, ...given] = process.argv.slice(2);
if (role) {
  process.on("disconnect", () => process.exit());
  process.send!(await roles[role]!(given.map(Number)));
} else {
  const backends = await Promise.all([1, 1, 1].map((core) => startRole("backend", core)));
  const ports = backends.map(({ port }) => port);
  const own = await measure("Fogbank", await startRole("fogbank", 0, ports));
  const httpProxy = await measure("http-proxy", await startRole("http-proxy", 0, ports));
  const nginxProxy = await startNginx(ports);
  const peer = nginxProxy && (await measure("nginx", nginxProxy));
  for (const backend of backends) backend.stop();
  console.log(`ratio to http-proxy: ${(own / httpProxy).toFixed(2)}`);
  if (peer === undefined) console.log(`nginx was not measured: "${nginx}" is not installed`);
  else console.log(`ratio to nginx:      ${(own / peer).toFixed(2)}`);
}
