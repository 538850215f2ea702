/**
 * Resident memory of an idle Fogbank with the example's services loaded, and what 100,000 requests
 * that leave nothing behind add to it.
 */
import { residentBytesOf } from "./load/costs.ts";
import { attack, Connection } from "./load/client.ts";
import { prepare } from "./load/prepare.ts";
import { pinLoad, startFogbank, type Server } from "./load/servers.ts";
import { scenarios } from "./load/scenarios.ts";
import { jsonCall, queryCall, signedRequest } from "./load/sign.ts";

const requests = 100_000;
const idleSeconds = 10;
const mostIdleMegabytes = 120;

/** One call of each service that examples/shop uses. */
const services = [
  queryCall("ec2", { Action: "DescribeInstances", Version: "2016-11-15" }),
  queryCall("elasticloadbalancing", { Action: "DescribeLoadBalancers", Version: "2015-12-01" }),
  queryCall("autoscaling", { Action: "DescribeAutoScalingGroups", Version: "2011-01-01" }),
  queryCall("monitoring", { Action: "ListMetrics", Version: "2010-08-01" }),
  queryCall("sns", { Action: "ListTopics", Version: "2010-03-31" }),
  jsonCall("sqs", "AmazonSQS.ListQueues", {}),
  jsonCall("dynamodb", "DynamoDB_20120810.ListTables", {}),
  signedRequest({ service: "s3", method: "GET" }),
  queryCall("iam", { Action: "ListUsers", Version: "2010-05-08" }),
  queryCall("sts", { Action: "GetCallerIdentity", Version: "2011-06-15" }),
  jsonCall("ssm", "AmazonSSM.DescribeParameters", {}),
  queryCall("cloudformation", { Action: "ListStacks", Version: "2010-05-15" }),
];

const megabytesOf = (pid: number) => residentBytesOf(pid) / 2 ** 20;

async function afterIdling(pid: number): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
  return megabytesOf(pid);
}

async function withServices(): Promise<{ fogbank: Server; connection: Connection }> {
  const fogbank = await startFogbank();
  const connection = await Connection.open(fogbank.port);
  for (const request of services) await connection.ask(request);
  return { fogbank, connection };
}

pinLoad();
// The first start after a change compiles, and keeps what it compiled for the starts that follow.
const first = await withServices();
first.connection.close();
await first.fogbank.stop();
const { fogbank, connection } = await withServices();
try {
  const idle = await afterIdling(fogbank.pid);
  const verdict = idle < mostIdleMegabytes ? "" : ", missed";
  console.log(
    `idle, ${services.length} services loaded: ${idle.toFixed(0)} MB (goal: below ${mostIdleMegabytes}${verdict})`,
  );
  const mixed: Buffer[] = [];
  for (const name of ["sts", "dynamodb-get", "dynamodb-put", "s3-get", "s3-put"] as const) {
    await prepare(connection, scenarios[name]!);
    mixed.push(...scenarios[name]!.requests().slice(0, 100));
  }
  const load = (count: number) => attack({ port: fogbank.port, requests: mixed, count });
  // What is compiled and cached once is there after these.
  await load(requests);
  const before = await afterIdling(fogbank.pid);
  await load(requests);
  const after = await afterIdling(fogbank.pid);
  console.log(
    `after ${requests.toLocaleString("en")} requests ${before.toFixed(0)} MB, after as many more ${after.toFixed(0)} MB`,
  );
  connection.close();
} finally {
  await fogbank.stop();
}
