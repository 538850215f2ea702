/** The whole way: a cloud with sockets, asked by dig. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { test } from "node:test";
import { promisify } from "node:util";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  CreateQueryLoggingConfigCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { eventually } from "#runtime/testing/eventually.ts";
import { startCloud } from "#cloud/cloud.ts";

const run = promisify(execFile);

const clientOptions = (endpoint: string) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

async function servedCloud(speed = 1) {
  const cloud = await startCloud({ compute: "simulated", logLevel: "error", speed });
  const client = new Route53Client(clientOptions(cloud.endpoint));
  const { HostedZone } = await client.send(
    new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "one" }),
  );
  await client.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: HostedZone!.Id,
      ChangeBatch: {
        Changes: [
          {
            Name: "www.example.com",
            Type: "A" as const,
            TTL: 60,
            ResourceRecords: [{ Value: "192.0.2.1" }],
          },
          {
            Name: "txt.example.com",
            Type: "TXT" as const,
            TTL: 60,
            ResourceRecords: [{ Value: '"hello there" "and more"' }],
          },
          {
            Name: "caa.example.com",
            Type: "CAA" as const,
            TTL: 60,
            ResourceRecords: [{ Value: '0 issue "ca.example.net"' }],
          },
          {
            Name: "svc.example.com",
            Type: "HTTPS" as const,
            TTL: 60,
            ResourceRecords: [{ Value: '1 . alpn="h2"' }],
          },
        ].map((ResourceRecordSet) => ({ Action: "CREATE", ResourceRecordSet })),
      },
    }),
  );
  const found = (await (await fetch(`${cloud.endpoint}/_fogbank/dns`)).json()) as { port: number };
  const HostedZoneId = HostedZone!.Id!.replace("/hostedzone/", "");
  return { cloud, client, port: found.port, HostedZoneId };
}

/** Undefined where this machine has no dig. */
async function dig(port: number, ...args: string[]): Promise<string | undefined> {
  try {
    const { stdout } = await run("dig", [
      "@127.0.0.1",
      "-p",
      String(port),
      "+time=60",
      "+tries=1",
      ...args,
    ]);
    return stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

test("a resolver gets answers over UDP and TCP", async (t) => {
  const { cloud, client, port } = await servedCloud();
  t.after(async () => {
    client.destroy();
    await cloud.stop();
  });
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  assert.deepEqual(await resolver.resolve4("www.example.com"), ["192.0.2.1"]);
  assert.deepEqual(await resolver.resolveTxt("txt.example.com"), [["hello there", "and more"]]);
  const [caa] = await resolver.resolveCaa("caa.example.com");
  assert.equal(caa!.issue, "ca.example.net");
  const soa = await resolver.resolveSoa("example.com");
  assert.equal(soa.hostmaster, "awsdns-hostmaster.amazon.com");
  await assert.rejects(resolver.resolve4("none.example.com"), { code: "ENOTFOUND" });
  await assert.rejects(resolver.resolve4("example.org"), { code: "EREFUSED" });

  const short = await dig(port, "+short", "+tcp", "www.example.com");
  if (short === undefined) return t.diagnostic("this machine has no dig");
  assert.equal(short, "192.0.2.1\n");
  assert.match(
    (await dig(port, "+short", "-t", "TYPE65", "svc.example.com"))!,
    /^1 \. alpn="h2"|\\# \d+ 0001/,
  );
  const subnet = await dig(port, "+subnet=198.51.100.0/24", "www.example.com");
  assert.match(subnet!, /CLIENT-SUBNET: 198\.51\.100\.0\/24\/0/);
});

test("queries of a zone are logged where its configuration says", async (t) => {
  const { cloud, client, port, HostedZoneId } = await servedCloud();
  const logs = new CloudWatchLogsClient(clientOptions(cloud.endpoint));
  t.after(async () => {
    client.destroy();
    logs.destroy();
    await cloud.stop();
  });
  const logGroupName = "/aws/route53/example.com";
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await client.send(
    new CreateQueryLoggingConfigCommand({
      HostedZoneId,
      CloudWatchLogsLogGroupArn: `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}`,
    }),
  );
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  const logStreamName = `${HostedZoneId}/LCL1`;
  // The server is told of the configuration a moment later, and lines come each second.
  const lines = await eventually("both questions are logged", async () => {
    await resolver.resolve4("www.example.com");
    await assert.rejects(resolver.resolve6("None.example.com"));
    const { events = [] } = await logs
      .send(new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }))
      .catch(() => ({ events: [] }));
    return events.length >= 2 && events.map(({ message = "" }) => message);
  });
  const rest = (line: string | undefined) => line!.split(" ").slice(2).join(" ");
  const own = ["UDP", "LCL1", "127.0.0.1", "-"].join(" ");
  const found = new Set(lines.map(rest));
  assert.ok(found.has(`${HostedZoneId} www.example.com A NOERROR ${own}`), [...found].join("; "));
  assert.ok(found.has(`${HostedZoneId} none.example.com AAAA NXDOMAIN ${own}`));
  assert.match(lines[0]!, /^1\.0 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
});

test("questions are counted for each zone", async (t) => {
  // A minute of the cloud passes in half a second.
  const { cloud, client, port, HostedZoneId } = await servedCloud(120);
  const cloudwatch = new CloudWatchClient(clientOptions(cloud.endpoint));
  t.after(async () => {
    client.destroy();
    cloudwatch.destroy();
    await cloud.stop();
  });
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  for (let index = 0; index < 5; index++) await resolver.resolve4("www.example.com");
  await assert.rejects(resolver.resolve4("none.example.com"));
  const sum = await eventually("all questions are counted", async () => {
    const { Datapoints = [] } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/Route53",
        MetricName: "DNSQueries",
        Dimensions: [{ Name: "HostedZoneId", Value: HostedZoneId }],
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 7_200_000),
        Period: 60,
        Statistics: ["Sum"],
      }),
    );
    const counted = Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
    return counted >= 6 && counted;
  });
  assert.equal(sum, 6);
});
