/**
 * What a call costs, against two bare node:http servers, of which one reads the request's body and the other
 * nothing, and nginx, that answer the same bytes to the same requests, one after the other in one run. Server on
 * core 0, load on core 1, 16 connections; every signature is verified, every write is durable against kill -9.
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
  const answer = bareAnswer(reply);
  const script = fileURLToPath(import.meta.url);
  const bare = await startBare(answer, script);
  const reading = await startBare({ ...answer, reads: true }, script);
  const servers = [bare, reading, fogbank];
  for (const server of servers) await load(server, calls, 1);
  const turns: Figures[][] = [];
  for (let round = 0; round < rounds; round++) {
    const turn: Figures[] = [];
    for (const server of servers) turn.push(await load(server, calls, seconds));
    turns.push(turn);
  }
  await bare.stop();
  await reading.stop();
  const ofNginx = await nginxMicros(reply, calls);
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;
  const rate = (which: number) => median(turns.map((turn) => turn[which]!.perSecond));
  const cpu = (which: number) => median(turns.map((turn) => turn[which]!.cpuMicros));
  const byRateOf = (which: number) =>
    median(turns.map((turn) => turn[2]!.perSecond / turn[which]!.perSecond));
  const byRate = byRateOf(0);
  const goal =
    atLeast === undefined ? "" : `  (goal ${atLeast}${byRate < atLeast ? ", missed" : ""})`;
  const show = (value: number) => Math.round(value).toLocaleString("en").padStart(7);
  const micros = (which: number) => `${cpu(which).toFixed(1).padStart(6)} µs`;
  const toNginx =
    ofNginx && `   nginx ${ofNginx.toFixed(1)} µs, ratio ${(ofNginx / cpu(2)).toFixed(2)}`;
  console.log(
    `${title.padEnd(28)} ${show(rate(2))}/s ${micros(2)}   bare ${show(rate(0))}/s ${micros(0)}   ratio ${byRate.toFixed(2)}, by CPU ${(cpu(0) / cpu(2)).toFixed(2)}${goal}   reading ${micros(1)}, ratio ${byRateOf(1).toFixed(2)}, by CPU ${(cpu(1) / cpu(2)).toFixed(2)}${toNginx ?? ""}`,
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
