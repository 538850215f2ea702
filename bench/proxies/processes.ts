/** Starts backends and proxies, each pinned to a core, and looks at what they cost. */
import { fork, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createRawServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWall } from "#runtime/wall.ts";

const nginx = process.env["NGINX"] ?? "nginx";
const wall = createWall(console.error);

export interface Proxy {
  port: number;
  /** The process whose CPU time counts. */
  pid: number;
  stop(): void;
}

export async function startRole(role: string, core: number, ports: number[] = []): Promise<Proxy> {
  const child: ChildProcess = fork(fileURLToPath(new URL("./role.ts", import.meta.url)), [
    role,
    ...ports.map(String),
  ]);
  const [port] = (await once(child, "message")) as [number];
  spawnSync("taskset", ["-a", "-cp", String(core), String(child.pid)]);
  return { port, pid: child.pid!, stop: () => child.kill() };
}

/** How many files a process may have open: so many if that is ours to decide. */
export function filesAllowed(pid: number, wanted: number): number {
  const hardLimit = () =>
    Number(
      /^Max open files\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.[1] ?? 0,
    );
  if (hardLimit() < wanted)
    spawnSync("prlimit", [`--nofile=${wanted}:${wanted}`, "--pid", String(pid)], {
      stdio: "ignore",
    });
  return hardLimit();
}

async function freePort(): Promise<number> {
  const server = createRawServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

export async function startNginx(ports: number[]): Promise<Proxy | undefined> {
  if (spawnSync(nginx, ["-v"]).error) return undefined;
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "fogbank-nginx-"));
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join(" ");
  writeFileSync(
    join(directory, "nginx.conf"),
    `daemon off; master_process off; worker_processes 1; pid ${directory}/pid;
     error_log ${directory}/error.log; events { worker_connections 30000; }
     http { access_log off; proxy_max_temp_file_size 0; ${temporary}
       map $http_upgrade $upgrading { default upgrade; "" ""; }
       upstream app { ${ports.map((one) => `server 127.0.0.1:${one};`).join(" ")} keepalive 64; }
       server { listen 127.0.0.1:${port}; keepalive_requests 1000000000;
         location / { proxy_pass http://app; proxy_http_version 1.1;
           proxy_set_header Connection $upgrading; proxy_set_header Upgrade $http_upgrade; proxy_set_header Host $http_host;
           proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }`,
  );
  const child = spawn("taskset", ["-c", "0", nginx, "-c", join(directory, "nginx.conf")], {
    stdio: "inherit",
  });
  await new Promise<void>((resolve) => wall.after(500, resolve));
  return { port, pid: child.pid!, stop: () => child.kill() };
}

/** Processor seconds of a process, from /proc: user and system time in ticks of 10 ms. */
export function cpuSecondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Memory of a process that is really there, in bytes. */
export function residentBytesOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
