/**
 * What a call costs, against a bare node:http server, and nginx, that answer the same bytes to the same
 * requests, one after the other in one run. Server on core 0, load on core 1, 16 connections; every
 * signature is verified, every write is durable against kill -9.
 *
 *     node bench/gateway.ts [sts|sqs|dynamodb-get|dynamodb-put|s3-get|s3-put|…]
 */
import { fileURLToPath } from "node:url";
import { attack, Connection, type Reply } from "./load/client.ts";
import { startFixedNginx } from "./proxies/processes.ts";
import { chains } from "./load/chains.ts";
import { prepare } from "./load/prepare.ts";
import {
  pinLoad,
  runBareServer,
  startBare,
  startFogbank,
  type BareAnswer,
  type Server,
} from "./load/servers.ts";
import { cpuSecondsOf } from "./load/costs.ts";
import { scenarios, type Scenario } from "./load/scenarios.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 2);
const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);
interface Figures {
  perSecond: number;
  cpuMicros: number;
}

async function load(
  server: Pick<Server, "port" | "pid">,
  requests: readonly Buffer[],
  time: number,
): Promise<Figures> {
  const before = cpuSecondsOf(server.pid);
  const { perSecond, total } = await attack({ port: server.port, requests, seconds: time });
  return { perSecond, cpuMicros: ((cpuSecondsOf(server.pid) - before) * 1e6) / total };
}

/** The reply's own headers and body; what node:http adds by itself is left to it. */
function bareAnswer({ head, body }: Reply): BareAnswer {
  const headers = head
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(/: /, 2) as [string, string])
    .filter(([name]) => !/^(date|connection|transfer-encoding)$/i.test(name));
  return { headers: Object.fromEntries(headers), body: body.toString("latin1") };
}

/** The measure that does not change with Node. Undefined where nginx is not installed. */
async function nginxMicros(reply: Reply, calls: readonly Buffer[]): Promise<number | undefined> {
  const { headers, body } = bareAnswer(reply);
  const server = await startFixedNginx(headers, body);
  if (!server) return undefined;
  await load(server, calls, 1);
  const { cpuMicros } = await load(server, calls, seconds);
  server.stop();
  return cpuMicros;
}

async function run(fogbank: Server, scenario: Scenario) {
  const { title, atLeast } = scenario;
  const connection = await Connection.open(fogbank.port);
  const reply = await prepare(connection, scenario);
  connection.close();
  const calls = scenario.requests();
  const bare = await startBare(bareAnswer(reply), fileURLToPath(import.meta.url));
  for (const server of [bare, fogbank]) await load(server, calls, 1);
  const pairs: [bare: Figures, own: Figures][] = [];
  for (let round = 0; round < rounds; round++)
    pairs.push([await load(bare, calls, seconds), await load(fogbank, calls, seconds)]);
  await bare.stop();
  const ofNginx = await nginxMicros(reply, calls);
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const rate = (which: 0 | 1) => median(pairs.map((pair) => pair[which].perSecond));
  const cpu = (which: 0 | 1) => median(pairs.map((pair) => pair[which].cpuMicros));
  const byRate = median(pairs.map(([a, b]) => b.perSecond / a.perSecond));
  const goal =
    atLeast === undefined ? "" : `  (goal ${atLeast}${byRate < atLeast ? ", missed" : ""})`;
  const show = (value: number) => Math.round(value).toLocaleString("en").padStart(7);
  console.log(
    `${title.padEnd(28)} ${show(rate(1))}/s ${cpu(1).toFixed(1).padStart(6)} µs   bare ${show(rate(0))}/s ${cpu(0).toFixed(1).padStart(5)} µs   ratio ${byRate.toFixed(2)}, by CPU ${(cpu(0) / cpu(1)).toFixed(2)}${goal}${ofNginx === undefined ? "" : `   nginx ${ofNginx.toFixed(1)} µs, ratio ${(ofNginx / cpu(1)).toFixed(2)}`}`,
  );
}

const [first, second] = process.argv.slice(2);
if (first === "bare") await runBareServer(JSON.parse(second!) as BareAnswer);
else {
  pinLoad();
  const chosen = process.argv.slice(2);
  const wanted = (name: string) => chosen.length === 0 || chosen.includes(name);
  const fogbank = await startFogbank();
  try {
    for (const [name, scenario] of Object.entries(scenarios))
      if (wanted(name)) await run(fogbank, scenario);
    for (const [name, chain] of Object.entries(chains))
      if (wanted(name)) console.log(await chain(fogbank.port));
  } finally {
    await fogbank.stop();
  }
}
