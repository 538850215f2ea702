/** What is published works where nothing of the clone is: packed, installed elsewhere and used. */
import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { request, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateQueueCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { eventually } from "#runtime/testing/eventually.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

describe("the published package", () => {
  let folder: string;
  let environment: NodeJS.ProcessEnv;

  const run = (cwd: string, program: string, ...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd,
      env: environment,
      encoding: "utf8",
    });
    assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}\n${stderr}`);
    return stdout;
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "fogbank-package-"));
    // npm run's own variables would point the inner npm at this project.
    const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    const path = `${dirname(process.execPath)}${delimiter}${process.env.PATH}`;
    environment = { ...Object.fromEntries(inherited), PATH: path };
    run(resolve("."), "npm", "pack", "--silent", "--pack-destination", folder);
    const [tarball = ""] = globSync("*.tgz", { cwd: folder });
    writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
    const quietly = ["--prefer-offline", "--no-audit", "--no-fund", "--silent"];
    run(folder, "npm", "install", ...quietly, `./${tarball}`);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test("is started by npx and understood by the SDK", async () => {
    const fogbank = start();
    try {
      const endpoint = await readyEndpoint(fogbank);
      const sqs = new SQSClient({ endpoint, region: "us-east-1", credentials });
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "packed" }));
      const { MessageId } = await sqs.send(
        new SendMessageCommand({ QueueUrl, MessageBody: "hello" }),
      );
      assert.match(MessageId ?? "", /^[0-9a-f-]{36}$/);
      await answersThroughLoadBalancer(endpoint);
    } finally {
      await end(fogbank);
    }
  });

  test("is started by a program that imports it", () => {
    writeFileSync(
      join(folder, "embed.js"),
      `import { startCloud } from "fogbank";
       const cloud = await startCloud();
       const { version } = await (await fetch(cloud.endpoint + "/_fogbank/health")).json();
       await cloud.stop();
       console.log(version);`,
    );
    assert.match(run(folder, process.execPath, "embed.js"), /^\d+\.\d+\.\d+\n$/);
  });

  test("brings types that hold without anything else", () => {
    writeFileSync(
      join(folder, "typed.ts"),
      `import { startCloud, type Cloud, type CloudOptions } from "fogbank";
       const options: Partial<CloudOptions> = { clock: "virtual", compute: "simulated" };
       const cloud: Cloud = await startCloud(options);
       const now: number = cloud.clock.now();
       // @ts-expect-error there is no such clock
       await startCloud({ clock: "sundial" });
       export { now };`,
    );
    const tsc = resolve("node_modules/typescript/bin/tsc");
    const strict = ["--noEmit", "--strict", "--skipLibCheck", "false", "--types", ""];
    run(folder, process.execPath, tsc, ...strict, "--module", "nodenext", "typed.ts");
  });

  test("brings what machines run, ready to be run", () => {
    const shutdown = "node_modules/fogbank/dist/files/compute/process/guest/bin/shutdown";
    accessSync(join(folder, shutdown), constants.X_OK);
  });

  const start = () =>
    spawn("npx", ["--no-install", "fogbank", "up", "--port", "0", "--ephemeral"], {
      cwd: folder,
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
});

async function readyEndpoint(fogbank: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: fogbank.stdout! })) {
    const [, endpoint] = /^Fogbank ready on (\S+)$/.exec(line) ?? [];
    if (endpoint) return endpoint;
  }
  throw new Error("fogbank ended before it was ready");
}

/** The load balancers' data plane is a thread of its own, which the package has to find. */
async function answersThroughLoadBalancer(endpoint: string): Promise<void> {
  const settings = { endpoint, region: "us-east-1", credentials };
  const { Subnets = [] } = await new EC2Client(settings).send(new DescribeSubnetsCommand({}));
  const elb = new ElasticLoadBalancingV2Client(settings);
  const { LoadBalancers } = await elb.send(
    new CreateLoadBalancerCommand({
      Name: "packed",
      Subnets: Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId!),
    }),
  );
  const { LoadBalancerArn, DNSName } = LoadBalancers![0]!;
  const fixed = { StatusCode: "200", ContentType: "text/plain", MessageBody: "from the thread" };
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [{ Type: "fixed-response", FixedResponseConfig: fixed }],
    }),
  );
  const { port } = new URL(endpoint);
  const url = `http://${DNSName}:${port}/`;
  await eventually(
    `an answer on ${url}`,
    async () => (await fetchAt(endpoint, url)) === fixed.MessageBody,
  );
}

/** Names below localhost are not resolved everywhere: asks the gateway for them. */
async function fetchAt(endpoint: string, url: string): Promise<string> {
  const asked = request(`${endpoint}/`, { headers: { host: new URL(url).host } }).end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return (await response.setEncoding("utf8").toArray()).join("");
}

async function end(fogbank: ChildProcess): Promise<void> {
  const ended = once(fogbank, "exit");
  process.kill(-fogbank.pid!, "SIGTERM");
  await ended;
}
