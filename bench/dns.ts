/**
 * The DNS server over UDP on loopback: answers per second of its own CPU time, by kind of answer, beside the bare
 * limit of this runtime: a socket that sends each packet back. Pinned: the server to core 0, the load to core 1.
 */
import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { encode } from "dns-packet";
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import { createDnsEngine } from "#services/route53/dataplane/engine.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 4);
/** Queries under way at once. */
const flight = 128;

const sets: ResourceRecordSet[] = [
  {
    Name: "example.com.",
    Type: "SOA",
    TTL: 900,
    ResourceRecords: [{ Value: "ns.example.com. admin.example.com. 1 7200 900 1209600 86400" }],
  },
  { Name: "www.example.com.", Type: "A", TTL: 60, ResourceRecords: [{ Value: "192.0.2.1" }] },
  ...[1, 2, 3].map((weight) => ({
    Name: "weighted.example.com.",
    Type: "A" as const,
    TTL: 60,
    SetIdentifier: String(weight),
    Weight: weight,
    HealthCheckId: `h${weight}`,
    ResourceRecords: [{ Value: `192.0.2.${weight}` }],
  })),
  ...(["us-east-1", "eu-central-1", "ap-northeast-1"] as const).map((Region) => ({
    Name: "latency.example.com.",
    Type: "A" as const,
    TTL: 60,
    SetIdentifier: Region,
    Region,
    ResourceRecords: [{ Value: "192.0.2.9" }],
  })),
];

const cases = ["echo", "www", "weighted", "latency", "missing"] as const;

if (process.argv[2] === "serve") await serve(process.argv[3]!);
else await compare();

async function serve(what: string): Promise<void> {
  let port: number;
  if (what === "echo") {
    const socket = createSocket("udp4");
    socket.on("message", (packet, from) => socket.send(packet, from.port, from.address));
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    ({ port } = socket.address());
  } else {
    const engine = createDnsEngine({
      random: createSystemRandom(),
      wall: createWall(console.error),
      onError: console.error,
    });
    await engine.setZone({
      id: "Z",
      name: "example.com.",
      isPrivate: false,
      vpcs: [],
      createdMs: 0,
      sets,
    });
    await engine.setCommon({
      locations: [{ cidr: "127.0.0.0/8", country: "DE", region: "eu-central-1" }],
    });
    port = await engine.listen({ host: "127.0.0.1", port: 0 });
  }
  process.send!({ port });
  process.on("message", () => process.send!({ cpu: process.cpuUsage() }));
}

async function compare(): Promise<void> {
  console.log("answer      answers/s   answers per CPU second   of echo");
  let bare = 0;
  for (const name of cases) {
    const { rate, perCpu } = await measure(name);
    if (name === "echo") bare = perCpu;
    console.log(
      `${name.padEnd(10)} ${Math.round(rate).toString().padStart(10)} ${Math.round(perCpu).toString().padStart(24)}   ${(perCpu / bare).toFixed(2)}`,
    );
  }
}

async function measure(name: string): Promise<{ rate: number; perCpu: number }> {
  const pin = cpus().length > 1 && spawnSync("taskset", ["--version"]).status === 0;
  const command = [process.execPath, fileURLToPath(import.meta.url), "serve", name];
  const server = spawn(
    pin ? "taskset" : command[0]!,
    pin ? ["-c", "0", ...command] : command.slice(1),
    {
      stdio: ["inherit", "inherit", "inherit", "ipc"],
    },
  );
  const [{ port }] = (await once(server, "message")) as [{ port: number }];
  const packet = encode({
    type: "query",
    id: 1,
    flags: 0x100,
    questions: [{ type: "A", name: `${name}.example.com` }],
  });
  await load(port, packet, 1);
  const before = await cpuOf(server);
  const answered = await load(port, packet, seconds);
  const used = (await cpuOf(server)) - before;
  server.kill();
  return { rate: answered / seconds, perCpu: answered / (used / 1e6) };
}

async function cpuOf(server: ReturnType<typeof spawn>): Promise<number> {
  server.send("cpu");
  const [{ cpu }] = (await once(server, "message")) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

/** Keeps so many queries under way; a lost one is made up for after a while. */
async function load(port: number, packet: Buffer, forSeconds: number): Promise<number> {
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  let answered = 0;
  let seen = 0;
  socket.on("message", () => {
    answered++;
    socket.send(packet);
  });
  const fill = () => {
    for (let index = 0; index < flight; index++) socket.send(packet);
  };
  fill();
  const timer = setInterval(() => {
    if (answered === seen) fill();
    seen = answered;
  }, 200);
  await new Promise((resolve) => setTimeout(resolve, forSeconds * 1000));
  clearInterval(timer);
  socket.close();
  return answered;
}
