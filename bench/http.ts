/**
 * Our HTTP engine against node:http, and against what no engine on Node's sockets can beat: a socket
 * that answers whatever comes with the same bytes. The same load, one after the other in one run. The server is pinned to core 0, the load (autocannon) to core 1. Prints requests per second
 * of server CPU time, so that a load generator at its limit does not hide the difference.
 */
import { fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { readBody, type HttpHandler } from "#http/http.ts";
import { serveWithNode } from "#http/node-server.ts";
import { serve } from "#http/server.ts";
import { createWall } from "#runtime/wall.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 5);
const body = JSON.stringify({ QueueUrl: "http://localhost/1/q", MessageBody: "x".repeat(256) });
const engines = { own: serve, node: serveWithNode, sockets: serveFixedBytes };
type Engine = keyof typeof engines;
const titles: Record<Engine, string> = {
  own: "own engine",
  node: "node:http",
  sockets: "fixed bytes",
};

const trivial: HttpHandler = () => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: '{"hello":"world"}',
});
const withBody: HttpHandler = async (request) => {
  const bytes = await readBody(request.body, 1024 * 1024);
  const type = request.headers["content-type"] ?? "text/plain";
  return { status: 200, headers: { "content-type": type, "x-size": bytes.length }, body: "{}" };
};
const loads = {
  "GET, 17 bytes back": { handler: trivial, arguments: [] },
  "POST 300 bytes, read": {
    handler: withBody,
    arguments: ["-m", "POST", "-H", "content-type: application/json", "-b", body],
  },
};
type Load = keyof typeof loads;

/** Reads nothing: every piece that arrives is taken for a request. */
async function serveFixedBytes(): Promise<{ port: number }> {
  const reply =
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nContent-Length: 17\r\n\r\n{"hello":"world"}';
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", () => socket.write(reply, "latin1"));
    // A reset connection is the load's affair.
    socket.on("error", () => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port };
}

async function runServer(engine: Engine, load: Load): Promise<void> {
  const wall = createWall(console.error);
  const { port } = await engines[engine]({
    host: "127.0.0.1",
    port: 0,
    wall,
    handler: loads[load].handler,
    onError: console.error,
  });
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send!({ cpuSeconds: (user + system) / 1e6 });
  });
  process.on("disconnect", () => process.exit());
  process.send!({ port });
}

async function ask(server: ChildProcess): Promise<{ port: number; cpuSeconds: number }> {
  const [answer] = await once(server, "message");
  return answer;
}

async function cpuSecondsOf(server: ChildProcess): Promise<number> {
  server.send("cpu");
  return (await ask(server)).cpuSeconds;
}

async function attack(port: number, load: Load, duration: number): Promise<number> {
  const autocannon = fileURLToPath(import.meta.resolve("autocannon"));
  const child = spawn(
    "taskset",
    ["-c", "1", process.execPath, autocannon, "-j", "-c", "16", "-d", String(duration)].concat(
      loads[load].arguments,
      `http://127.0.0.1:${port}/`,
    ),
    { stdio: ["ignore", "pipe", "ignore"] },
  );
  let text = "";
  for await (const piece of child.stdout) text += piece;
  const result = JSON.parse(text);
  if (result.errors > 0 || result.non2xx > 0) throw new Error("the load met errors");
  return result.requests.total;
}

async function measure(engine: Engine, load: Load) {
  const server = fork(fileURLToPath(import.meta.url), [engine, load]);
  const { port } = await ask(server);
  spawn("taskset", ["-a", "-cp", "0", String(server.pid)], { stdio: "ignore" });
  await attack(port, load, 1);
  const before = await cpuSecondsOf(server);
  const requests = await attack(port, load, seconds);
  const cpuSeconds = (await cpuSecondsOf(server)) - before;
  server.disconnect();
  return { perSecond: requests / seconds, perCpuSecond: requests / cpuSeconds };
}

if (process.send) await runServer(process.argv[2] as Engine, process.argv[3] as Load);
else
  for (const load of Object.keys(loads) as Load[]) {
    const rates: Partial<Record<Engine, number>> = {};
    console.log(load);
    for (const [engine, title] of Object.entries(titles) as [Engine, string][]) {
      const { perSecond, perCpuSecond } = await measure(engine, load);
      rates[engine] = perCpuSecond;
      const show = (value: number) => Math.round(value).toLocaleString("en");
      console.log(
        `  ${title.padEnd(15)} ${show(perSecond)}/s, ${show(perCpuSecond)} per CPU second`,
      );
    }
    const ratio = (engine: Engine) => (rates[engine]! / rates.node!).toFixed(2);
    console.log(`  to node:http:   ${ratio("own")}; of ${ratio("sockets")} that sockets allow`);
  }
