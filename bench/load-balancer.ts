/**
 * The load balancer's proxy in front of three trivial backends, against http-proxy (as its README shows it,
 * and with an agent that keeps connections) and nginx with
 * one worker: requests per second of the proxy's own CPU time, all in one run. Proxies are pinned to
 * core 0; backends and load (autocannon) share core 1. nginx is taken from PATH or NGINX.
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cpuSecondsOf } from "./load/costs.ts";
import { startNginx, startRole, type Proxy } from "./proxies/processes.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 5);

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
    `${name.padEnd(24)} ${show(requests / seconds)}/s, ${show(perCpuSecond)} per CPU second`,
  );
  return perCpuSecond;
}

const backends = await Promise.all([1, 1, 1].map((core) => startRole("backend", core)));
const ports = backends.map(({ port }) => port);
const own = await measure("Fogbank", await startRole("fogbank", 0, ports));
const httpProxy = await measure("http-proxy, by default", await startRole("http-proxy", 0, ports));
const keeping = await measure(
  "http-proxy, keep-alive",
  await startRole("http-proxy-keeping", 0, ports),
);
const nginxProxy = await startNginx(ports);
const peer = nginxProxy && (await measure("nginx", nginxProxy));
for (const backend of backends) backend.stop();
console.log(`ratio to http-proxy by default:      ${(own / httpProxy).toFixed(2)}`);
console.log(`ratio to http-proxy with keep-alive: ${(own / keeping).toFixed(2)}`);
if (peer === undefined) console.log("nginx was not measured: it is not installed");
else console.log(`ratio to nginx:                      ${(own / peer).toFixed(2)}`);
