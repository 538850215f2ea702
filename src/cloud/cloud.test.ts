import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { startCloud } from "./cloud.ts";

/** Takes a UDP port for itself and gives it back; rejects where somebody else has it. */
async function takePort(port: number): Promise<number> {
  const socket = createSocket("udp4");
  const listening = once(socket, "listening");
  socket.bind(port, "127.0.0.1");
  await listening;
  const taken = socket.address().port;
  socket.close();
  await once(socket, "close");
  return taken;
}

test("resets that come at once, and a stop during one, leave no services behind", async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (line: string) => lines.push(line));
  const dnsPort = await takePort(0);
  const cloud = await startCloud({ compute: "simulated", logLevel: "error", dnsPort });
  await Promise.all([cloud.reset(), cloud.reset(), cloud.reset()]);
  // The server of names is up, of the last one and of all that were left behind.
  assert.equal((await fetch(`${cloud.endpoint}/_fogbank/dns`)).status, 200);
  const underWay = cloud.reset();
  await cloud.stop();
  await underWay;
  assert.equal(await takePort(dnsPort), dnsPort);
  assert.deepEqual(lines, []);
});

/** Requests that any world answers alike, and that load a service each. */
const questions: [service: string, form: string][] = [
  ["sns", "Action=ListTopics&Version=2010-03-31"],
  ["sqs", "Action=ListQueues&Version=2012-11-05"],
  ["sts", "Action=GetCallerIdentity&Version=2011-06-15"],
  ["iam", "Action=ListUsers&Version=2010-05-08"],
  ["elasticloadbalancing", "Action=DescribeLoadBalancers&Version=2015-12-01"],
  ["autoscaling", "Action=DescribeAutoScalingGroups&Version=2011-01-01"],
];

test("who asks while everything is forgotten waits for what comes after", async (t) => {
  const lines: string[] = [];
  t.mock.method(process.stderr, "write", (line: string) => lines.push(line));
  const dnsPort = await takePort(0);
  const cloud = await startCloud({ compute: "simulated", logLevel: "error", dnsPort });
  t.after(() => cloud.stop());
  const ask = async (service: string, body: string) => {
    const scope = `111111111111/20261128/us-east-1/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`;
    const type = "application/x-www-form-urlencoded";
    const headers = { authorization, "content-type": type };
    const answer = await fetch(cloud.endpoint, { method: "POST", body, headers });
    return { service, status: answer.status, text: await answer.text() };
  };
  const make = async (action: string, ...names: string[]) => {
    const { text } = await ask("elasticloadbalancing", `${action}&Version=2015-12-01`);
    return names.map((name) => new RegExp(`<${name}>(.*?)</${name}>`).exec(text)![1]!);
  };
  // What is under way at a load balancer has a second to end, and this never does.
  const asked = Promise.withResolvers<void>();
  const silent = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => asked.resolve());
  });
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const { text } = await ask("ec2", "Action=DescribeSubnets&Version=2016-11-15");
  const ids = (kind: string) => text.match(new RegExp(`${kind}-[0-9a-f]+`, "g"))!;
  const [one, two] = [...new Set(ids("subnet"))];
  const [balancer, name] = await make(
    `Action=CreateLoadBalancer&Name=a&Subnets.member.1=${one}&Subnets.member.2=${two}`,
    "LoadBalancerArn",
    "DNSName",
  );
  const [group] = await make(
    `Action=CreateTargetGroup&Name=a&Protocol=HTTP&Port=80&TargetType=ip&VpcId=${ids("vpc")[0]}`,
    "TargetGroupArn",
  );
  const { port } = silent.address() as AddressInfo;
  await make(
    `Action=RegisterTargets&TargetGroupArn=${group}&Targets.member.1.Id=127.0.0.1&Targets.member.1.Port=${port}`,
  );
  await make(
    `Action=CreateListener&LoadBalancerArn=${balancer}&Protocol=HTTP&Port=8080&DefaultActions.member.1.Type=forward&DefaultActions.member.1.TargetGroupArn=${group}`,
  );
  const resolver = new Resolver();
  resolver.setServers([`127.0.0.1:${dnsPort}`]);
  const client = await eventually("the load balancer listens", async () => {
    try {
      const [address] = await resolver.resolve4(name!);
      const socket = connect(8080, address);
      await once(socket, "connect");
      return socket;
    } catch {
      return undefined;
    }
  });
  client.on("error", () => {});
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await asked.promise;

  const resetting = cloud.reset();
  const answers = questions.map(([service, form]) => ask(service, form));
  assert.deepEqual(
    (await Promise.all(answers)).map(({ service, status }) => `${service} ${status}`),
    questions.map(([service]) => `${service} 200`),
  );
  await resetting;
  const { text: left } = await ask(...questions[4]!);
  assert.ok(!left.includes("<LoadBalancerArn>"), left);
  assert.deepEqual(lines, []);
});
