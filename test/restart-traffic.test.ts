/** A Fogbank that says it is ready serves what it served before: nobody meets a load balancer that is not there yet. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DescribeSubnetsCommand, EC2Client } from "@aws-sdk/client-ec2";
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { startCloud } from "#cloud/cloud.ts";

const credentials = { accessKeyId: "test", secretAccessKey: "test" };

const visit = (endpoint: string, host: string) =>
  new Promise<string>((resolve, reject) => {
    request(endpoint, { headers: { host } }, (reply) => {
      let text = `${reply.statusCode} `;
      reply.setEncoding("utf8").on("data", (piece: string) => (text += piece));
      reply.on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });

test("after a restart load balancers answer from the first request on", async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), "fogbank-restart-"));
  t.after(() => rm(dataDir, { recursive: true, force: true }));
  const start = () => startCloud({ dataDir, compute: "simulated", logLevel: "silent" });
  const before = await start();
  const client = { endpoint: before.endpoint, region: "us-east-1", credentials };
  const subnets = await new EC2Client(client).send(new DescribeSubnetsCommand({}));
  const elbv2 = new ElasticLoadBalancingV2Client(client);
  const { LoadBalancers } = await elbv2.send(
    new CreateLoadBalancerCommand({
      Name: "web",
      Subnets: subnets.Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!),
    }),
  );
  const { LoadBalancerArn, DNSName } = LoadBalancers![0]!;
  await elbv2.send(
    new CreateListenerCommand({
      LoadBalancerArn,
      Port: 80,
      Protocol: "HTTP",
      DefaultActions: [
        {
          Type: "fixed-response",
          FixedResponseConfig: { StatusCode: "200", MessageBody: "here" },
        },
      ],
    }),
  );
  await before.stop();

  const after = await start();
  const answer = await visit(after.endpoint, DNSName!);
  await after.stop();
  assert.equal(answer, "200 here");
});
