/** Starts backends and proxies, each pinned to a core, and looks at what they cost. */
import { fork, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createRawServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createWall } from "#runtime/wall.ts";
import { benchDirectory } from "../load/directory.ts";

const nginx = process.env["NGINX"] ?? "nginx";
const wall = createWall(console.error);

export interface Proxy {
  port: number;
  /** The process whose CPU time counts. */
  pid: number;
  stop(): void;
}

/** BENCH_NODE_FLAGS are given to Node where the role is Fogbank's. `script` plays the role and tells its port. */
export async function startRole(
  role: string,
  core: number,
  ports: number[] = [],
  script = fileURLToPath(new URL("./role.ts", import.meta.url)),
): Promise<Proxy> {
  const flags = (process.env["BENCH_NODE_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "");
  const child: ChildProcess = fork(
    script,
    [role, ...ports.map(String)],
    role === "fogbank" ? { execArgv: flags } : {},
  );
  const [port] = (await once(child, "message")) as [number];
  spawnSync("taskset", ["-a", "-cp", String(core), String(child.pid)]);
  return { port, pid: child.pid!, stop: () => child.disconnect() };
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

/** In front of HTTP servers. */
export const startNginx = (ports: number[]) =>
  runNginx((port, directory) => {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((name) => `${name}_temp_path ${directory}/${name};`)
      .join(" ");
    return `events { worker_connections 30000; }
     http { access_log off; proxy_max_temp_file_size 0; ${temporary}
       map $http_upgrade $upgrading { default upgrade; "" ""; }
       upstream app { ${ports.map((one) => `server 127.0.0.1:${one};`).join(" ")} keepalive 64; }
       server { listen 127.0.0.1:${port}; keepalive_requests 1000000000;
         location / { proxy_pass http://app; proxy_http_version 1.1;
           proxy_set_header Connection $upgrading; proxy_set_header Upgrade $http_upgrade; proxy_set_header Host $http_host;
           proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; } } }`;
  });

/** Answers whatever comes with the same headers and body. */
export const startFixedNginx = (headers: Readonly<Record<string, string>>, body: string) => {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  const fields = Object.entries(headers).filter(([name]) => !/^content-/i.test(name));
  return runNginx(
    (port, directory) =>
      `events {}
       http { access_log off; client_body_temp_path ${directory}/body;
         default_type ${quoted(headers["Content-Type"] ?? headers["content-type"] ?? "text/plain")};
         ${fields.map(([name, value]) => `add_header ${name} ${quoted(value)};`).join(" ")}
         server { listen 127.0.0.1:${port}; keepalive_requests 1000000000;
           location / { return 200 ${quoted(body)}; } } }`,
  );
};

/** On core 0 with one worker, which listens at the port; undefined where it is not installed. */
export async function runNginx(
  settings: (port: number, directory: string) => string,
  module?: string,
): Promise<Proxy | undefined> {
  if (spawnSync(nginx, ["-v"]).error) return undefined;
  const port = await freePort();
  const directory = benchDirectory();
  writeFileSync(
    join(directory, "nginx.conf"),
    `${module === undefined ? "" : `load_module ${module};`}
     daemon off; master_process off; worker_processes 1; pid ${directory}/pid;
     error_log ${directory}/error.log; ${settings(port, directory)}`,
  );
  const child = spawn("taskset", ["-c", "0", nginx, "-c", join(directory, "nginx.conf")], {
    stdio: "inherit",
  });
  await new Promise<void>((resolve) => wall.after(500, resolve));
  return { port, pid: child.pid!, stop: () => child.kill() };
}
