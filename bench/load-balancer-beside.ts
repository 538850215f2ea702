/**
 * Whether bytes wait for bookkeeping: the time that requests take through an application load balancer of a whole
 * Fogbank while nothing else happens, and while a stack of 200 resources is created and deleted beside them.
 * Quiet windows and deployments take turns in one run, and the median of the windows is what counts, lest one that
 * something else disturbed decides; requests come at a fixed rate, each at its own time, over
 * connections that are kept. Fogbank with all its threads is on core 0, its target and the load on core 1. Who deploys
 * is a process of its own that runs when nobody else wants to: in the load's it would keep replies waiting that have come.
 * Without the right to real-time policies (`fogbank doctor` tells) the figure is several milliseconds.
 *
 *     node bench/load-balancer-beside.ts            BENCH_ROUNDS=15 BENCH_RATE=500
 *
 * Where others are busy, a control group of its own makes the machine nearly as quiet as it should be:
 *
 *     mkdir /sys/fs/cgroup/cpu/bench && echo 200000 > /sys/fs/cgroup/cpu/bench/cpu.shares
 *     echo 900000 > /sys/fs/cgroup/cpu/bench/cpu.rt_runtime_us      # if it exists: else no thread in it may go first
 *     sh -c 'echo $$ > /sys/fs/cgroup/cpu/bench/tasks; exec node bench/load-balancer-beside.ts'
 */
import { fork, spawnSync } from "node:child_process";
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudFormationClient, CreateStackCommand } from "@aws-sdk/client-cloudformation";
import { DeleteStackCommand, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { cpuSecondsOf } from "./load/costs.ts";
import { pinLoad, startFogbank, type Server } from "./load/servers.ts";
import { accessKeyId, secretAccessKey } from "./load/sign.ts";
import { startRole, type Proxy } from "./proxies/processes.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 15);
const rate = Number(process.env["BENCH_RATE"] ?? 500);
const resources = 200;
const connections = 16;
const listenerPort = 18_080;
/** After a deployment, until the quiet counts. */
const settleMs = 1000;

const optionsOf = (port: number | string) => ({
  region: "us-east-1",
  endpoint: `http://127.0.0.1:${port}`,
  credentials: { accessKeyId, secretAccessKey },
});

/** The address on which Fogbank's data plane has the listener. */
async function balance(fogbank: Server, backend: Proxy): Promise<string> {
  const options = optionsOf(fogbank.port);
  const elb = new ElasticLoadBalancingV2Client(options);
  const { Subnets } = await new EC2Client(options).send(new DescribeSubnetsCommand({}));
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: "web",
      Subnets: Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!),
    }),
  );
  const { TargetGroups } = await elb.send(
    new CreateTargetGroupCommand({
      Name: "app",
      Protocol: "HTTP",
      Port: backend.port,
      VpcId: Subnets![0]!.VpcId!,
      TargetType: "ip",
    }),
  );
  const { TargetGroupArn } = TargetGroups![0]!;
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id: "127.0.0.1" }] }));
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
      Protocol: "HTTP",
      Port: listenerPort,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    }),
  );
  for (;;) {
    const { TargetHealthDescriptions } = await elb.send(
      new DescribeTargetHealthCommand({ TargetGroupArn }),
    );
    if (TargetHealthDescriptions![0]!.TargetHealth!.State === "healthy") return boundHost();
    await sleep(200);
  }
}

function boundHost(): string {
  const port = listenerPort.toString(16).toUpperCase().padStart(4, "0");
  const line = new RegExp(`: ([0-9A-F]{8}):${port} 00000000:0000 0A`);
  const [, hex] = line.exec(readFileSync("/proc/net/tcp", "utf8"))!;
  return [...Buffer.from(hex!, "hex")].reverse().join(".");
}

/** Sends requests at a fixed rate, whether those before were answered or not, and keeps how long each took. */
class Load {
  readonly #host: string;
  readonly #idle: Socket[] = [];
  readonly #request = Buffer.from("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  #timer: NodeJS.Timeout | undefined;
  #sent = 0;
  #startMs = 0;
  /** Microseconds. */
  times: number[] = [];

  constructor(host: string) {
    this.#host = host;
  }

  start(): void {
    this.#startMs = performance.now();
    this.#timer = setInterval(() => void this.#sendDue(), 1);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const socket of this.#idle) socket.destroy();
  }

  async #sendDue(): Promise<void> {
    const due = Math.floor(((performance.now() - this.#startMs) / 1000) * rate);
    while (this.#sent < due) {
      this.#sent++;
      await this.#exchange();
    }
  }

  async #exchange(): Promise<void> {
    const socket = this.#idle.pop() ?? (await this.#open());
    const sentMs = performance.now();
    socket.once("data", (reply: Buffer) => {
      if (reply.toString("latin1", 0, 12) !== "HTTP/1.1 200")
        throw new Error(reply.toString("latin1"));
      this.times.push((performance.now() - sentMs) * 1000);
      this.#idle.push(socket);
    });
    socket.write(this.#request);
  }

  async #open(): Promise<Socket> {
    const socket = connect({ host: this.#host, port: listenerPort, noDelay: true });
    await once(socket, "connect");
    return socket;
  }

  /** Opens them before the first request. */
  async warm(): Promise<void> {
    for (let count = 0; count < connections; count++) this.#idle.push(await this.#open());
  }
}

/** Of the kinds that stacks have most, with references between them. */
function template(): string {
  const Resources: Record<string, object> = {};
  for (let index = 0; index < resources / 5; index++) {
    const queue = `Queue${index}`;
    Resources[queue] = { Type: "AWS::SQS::Queue" };
    Resources[`Topic${index}`] = {
      Type: "AWS::SNS::Topic",
      Properties: {
        Subscription: [{ Protocol: "sqs", Endpoint: { "Fn::GetAtt": [queue, "Arn"] } }],
      },
    };
    Resources[`Parameter${index}`] = {
      Type: "AWS::SSM::Parameter",
      Properties: { Type: "String", Value: { Ref: queue } },
    };
    Resources[`Log${index}`] = { Type: "AWS::Logs::LogGroup" };
    Resources[`Role${index}`] = {
      Type: "AWS::IAM::Role",
      Properties: {
        AssumeRolePolicyDocument: {
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Principal: { Service: "lambda.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        },
      },
    };
  }
  return JSON.stringify({ Resources });
}

async function settled(cloudformation: CloudFormationClient, StackName: string): Promise<string> {
  for (;;) {
    await sleep(500);
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName }));
    const status = Stacks![0]!.StackStatus!;
    if (!status.endsWith("_IN_PROGRESS")) return status;
  }
}

/** One stack comes and goes for each message. */
function runDeployer(port: string): void {
  spawnSync("chrt", ["--all-tasks", "--idle", "--pid", "0", String(process.pid)]);
  const cloudformation = new CloudFormationClient(optionsOf(port));
  process.on("message", (round) => {
    void deploy(cloudformation, Number(round)).then(() => process.send!("done"));
  });
  process.on("disconnect", () => process.exit());
}

async function deploy(cloudformation: CloudFormationClient, round: number): Promise<void> {
  const StackName = `stack-${round}`;
  const { StackId } = await cloudformation.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: template(),
      Capabilities: ["CAPABILITY_IAM"],
    }),
  );
  const created = await settled(cloudformation, StackName);
  if (created !== "CREATE_COMPLETE") throw new Error(`the stack came to ${created}`);
  await cloudformation.send(new DeleteStackCommand({ StackName }));
  await settled(cloudformation, StackId!);
}

const show = (value: number) => Math.round(value).toLocaleString("en");
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

interface Window {
  requests: number;
  /** Microseconds. */
  p50: number;
  p99: number;
}

function windowOf(times: readonly number[]): Window {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? 0;
  return { requests: times.length, p50: at(0.5), p99: at(0.99) };
}

function describe(name: string, windows: readonly Window[]): number {
  const p99 = median(windows.map((one) => one.p99));
  const requests = windows.reduce((sum, one) => sum + one.requests, 0);
  const least = Math.min(...windows.map((one) => one.p99));
  console.log(
    `${name.padEnd(10)} p50 ${show(median(windows.map((one) => one.p50)))} µs, p99 ${show(p99)} µs (least ${show(least)}), ${windows.length} windows, ${show(requests)} requests`,
  );
  return p99;
}

async function run(): Promise<void> {
  pinLoad();
  const fogbank = await startFogbank();
  const backend = await startRole("backend", 1);
  const deployer = fork(import.meta.filename, ["deploy", String(fogbank.port)]);
  const deployStack = async (round: number) => {
    deployer.send(round);
    await once(deployer, "message");
  };
  const load = new Load(await balance(fogbank, backend));
  await load.warm();
  load.start();
  const quiet: Window[] = [];
  const deploying: Window[] = [];
  let deployMs = 0;
  await deployStack(0);
  for (let round = 1; round <= rounds; round++) {
    await sleep(settleMs);
    load.times = [];
    await sleep(Math.max(2000, deployMs / Math.max(1, round - 1)));
    quiet.push(windowOf(load.times));
    const startMs = performance.now();
    load.times = [];
    await deployStack(round);
    deploying.push(windowOf(load.times));
    deployMs += performance.now() - startMs;
  }
  load.stop();
  const movedMs = (describe("deploying", deploying) - describe("quiet", quiet)) / 1000;
  console.log(
    `p99 moves by ${movedMs.toFixed(2)} ms (goal: less than 1${movedMs < 1 ? "" : ", missed"}); a stack of ${resources} resources came and went in ${(deployMs / rounds / 1000).toFixed(1)} s, ${cpuSecondsOf(fogbank.pid).toFixed(1)} CPU seconds in all`,
  );
  deployer.disconnect();
  backend.stop();
  await fogbank.stop();
  process.exit();
}

if (process.argv[2] === "deploy") runDeployer(process.argv[3]!);
else await run();
