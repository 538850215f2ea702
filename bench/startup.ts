/**
 * How long a newcomer waits, and what an idle Fogbank holds: from process start to the ready line and
 * to the first SQS ListQueues, from source and from the built package (when dist/ is there), against
 * a bare node:net server; then the memory when every service of the example has been called.
 *
 *     npm run prepack && node bench/startup.ts
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { npmStart } from "./npm-start.ts";
import { residentBytesOf } from "./load/costs.ts";
import { benchDirectory } from "./load/directory.ts";
import { Connection } from "./load/client.ts";
import { accessKeyId, jsonCall, queryCall, secretAccessKey, signedRequest } from "./load/sign.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 9);
const root = fileURLToPath(new URL("../", import.meta.url));
const bareServer = `
  const server = require("node:net").createServer((socket) => socket.on("data", () =>
    socket.write("HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}")));
  server.listen(0, "127.0.0.1", () => console.log("http://127.0.0.1:" + server.address().port));`;

interface Started {
  pid: number;
  connection: Connection;
  readyMs: number;
  firstCallMs: number;
  end: () => Promise<void>;
}

async function start(command: readonly string[], dataDir: string): Promise<Started> {
  const startMs = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      FOGBANK_PORT: "0",
      FOGBANK_AUTH: "signed",
      FOGBANK_DATA_DIR: dataDir,
      FOGBANK_ROOT_ACCESS_KEY_ID: accessKeyId,
      FOGBANK_ROOT_SECRET_ACCESS_KEY: secretAccessKey,
    },
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const readyMs = performance.now() - startMs;
  const connection = await Connection.open(Number(/:(\d+)\s*$/.exec(line.toString())![1]));
  await connection.ask(jsonCall("sqs", "AmazonSQS.ListQueues", {}));
  const firstCallMs = performance.now() - startMs;
  const end = async () => {
    connection.close();
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  };
  return { pid: child.pid!, connection, readyMs, firstCallMs, end };
}

/** One call to each service of examples/shop. */
const calls = [
  jsonCall("dynamodb", "DynamoDB_20120810.ListTables", {}),
  jsonCall("ssm", "AmazonSSM.DescribeParameters", {}),
  jsonCall("logs", "Logs_20140328.DescribeLogGroups", {}),
  queryCall("sts", { Action: "GetCallerIdentity", Version: "2011-06-15" }),
  queryCall("iam", { Action: "ListRoles", Version: "2010-05-08" }),
  queryCall("sns", { Action: "ListTopics", Version: "2010-03-31" }),
  queryCall("monitoring", { Action: "DescribeAlarms", Version: "2010-08-01" }),
  queryCall("autoscaling", { Action: "DescribeAutoScalingGroups", Version: "2011-01-01" }),
  queryCall("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2015-12-01" }),
  queryCall("cloudformation", { Action: "DescribeStacks", Version: "2010-05-15" }),
  queryCall("ec2", { Action: "DescribeVpcs", Version: "2016-11-15" }),
  signedRequest({ service: "s3", method: "GET" }),
];

const residentMegabytes = (pid: number) => residentBytesOf(pid) / 2 ** 20;

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

const candidates: Record<string, readonly string[]> = {
  "a bare node:net server": ["--eval", bareServer],
  "Fogbank from source": npmStart,
};
const packaged = join(root, "dist/fogbank.js");
if (existsSync(packaged)) candidates["Fogbank, the package"] = [packaged, "up"];

const dataDir = benchDirectory();
const times = Object.keys(candidates).map((name) => ({
  name,
  ready: [] as number[],
  firstCall: [] as number[],
}));
// In turn, so that what else the machine does weighs on all alike. The first round fills caches.
for (let round = 0; round <= rounds; round++)
  for (const { name, ready, firstCall } of times) {
    const started = await start(candidates[name]!, dataDir);
    await started.end();
    if (round === 0) continue;
    ready.push(started.readyMs);
    firstCall.push(started.firstCallMs);
  }
const bareMs = median(times[0]!.firstCall);
console.log(`from process start, median of ${rounds}`);
for (const { name, ready, firstCall } of times) {
  const ratio = (median(firstCall) / bareMs).toFixed(1);
  console.log(
    `  ${name.padEnd(24)} ready ${median(ready).toFixed(0).padStart(4)} ms, first ListQueues ${median(firstCall).toFixed(0).padStart(4)} ms, ${ratio} × bare`,
  );
}

console.log("resident memory");
for (const [name, command] of Object.entries(candidates)) {
  const { pid, connection, end } = await start(command, dataDir);
  const first = residentMegabytes(pid);
  for (const call of calls) await connection.ask(call);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const loaded = residentMegabytes(pid);
  console.log(
    `  ${name.padEnd(24)} ${first.toFixed(0).padStart(4)} MB at first, ${loaded.toFixed(0).padStart(4)} MB with the example's services loaded`,
  );
  await end();
}
rmSync(dataDir, { recursive: true });
