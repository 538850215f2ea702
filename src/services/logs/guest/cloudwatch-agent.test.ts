import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { startCloud } from "#cloud/index.ts";

const programs = join(import.meta.dirname, "../../../compute/process/guest/bin");

/** The agent as a machine without a root of its own runs it. */
async function createScene() {
  const cloud = await startCloud({ compute: "simulated" });
  const place = mkdtempSync(join(tmpdir(), "fogbank-agent-"));
  const root = join(place, "root");
  for (const name of ["root/var/log", "root/etc/systemd/system", "boot"])
    mkdirSync(join(place, name), { recursive: true });
  const env = {
    PATH: `${programs}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: place,
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: "us-east-1",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9",
    FOGBANK_ROOT: root,
    FOGBANK_BOOT: join(place, "boot"),
    FOGBANK_MACHINE_ID: place,
    FOGBANK_MEMORY_BYTES: String(1024 ** 3),
    FOGBANK_CPUS: "2",
    FOGBANK_INIT: "none",
  };
  const run = (program: string, ...words: string[]) =>
    new Promise<string>((resolve) => {
      const child = execFile(join(programs, program), words, { env }, (_error, out, problems) =>
        resolve(`${child.exitCode}${out}${problems}`),
      );
    });
  const call = async (service: string, operation: string, input: object) => {
    const target = { ssm: "AmazonSSM", logs: "Logs_20140328" }[service];
    const cloudwatch = "GraniteServiceVersion20100801";
    const reply = await fetch(cloud.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `${target ?? cloudwatch}.${operation}`,
      },
      body: JSON.stringify(input),
    });
    return (await reply.json()) as Record<string, never>;
  };
  return {
    place,
    root,
    call,
    agent: (...words: string[]) => run("amazon-cloudwatch-agent-ctl", ...words),
    configure: (name: string, config: object) =>
      call("ssm", "PutParameter", { Name: name, Type: "String", Value: JSON.stringify(config) }),
    end: async () => {
      await run("amazon-cloudwatch-agent-ctl", "-a", "stop");
      await cloud.stop();
      rmSync(place, { recursive: true });
    },
  };
}

test("an agent that a parameter configures measures its machine and follows its logs", async (t) => {
  const { place, root, call, agent, configure, end } = await createScene();
  t.after(end);
  appendFileSync(join(root, "var/log/app.log"), "2026-01-05 12:00:00 started\n  more of it\n");
  await configure("AmazonCloudWatch-web", {
    agent: { metrics_collection_interval: 1 },
    metrics: {
      append_dimensions: { InstanceId: "${aws:InstanceId}" },
      aggregation_dimensions: [["InstanceId"]],
      metrics_collected: {
        mem: { measurement: ["mem_used_percent", { name: "used", rename: "MemUsed" }] },
        disk: { measurement: ["used_percent"], resources: ["/"] },
      },
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            {
              file_path: "/var/log/app.log",
              log_group_name: "web",
              log_stream_name: "app",
              multi_line_start_pattern: "^\\d{4}-",
              retention_in_days: 7,
            },
          ],
        },
      },
    },
  });
  assert.match(
    await agent("-a", "fetch-config", "-m", "ec2", "-c", "ssm:AmazonCloudWatch-web", "-s"),
    /^0Successfully fetched the config/,
  );
  assert.match(await agent("-a", "status"), /"status": "running"/);
  const names = await eventually("all is measured", async () => {
    const {
      Metrics = [] as { MetricName: string; Dimensions: { Name: string; Value: string }[] }[],
    } = await call("monitoring", "ListMetrics", { Namespace: "CWAgent" });
    const found = Metrics.filter(({ Dimensions }) => Dimensions[0]?.Value === place);
    return found.length >= 4 ? found.map((one) => one.MetricName) : undefined;
  });
  assert.deepEqual(new Set(names), new Set(["mem_used_percent", "MemUsed", "disk_used_percent"]));
  const messages = () =>
    eventually("there are events", async () => {
      const { events } = (await call("logs", "GetLogEvents", {
        logGroupName: "web",
        logStreamName: "app",
        startFromHead: true,
      })) as { events?: { message: string }[] };
      // The stream is there a moment before its first events.
      return events?.length ? events.map(({ message }) => message) : undefined;
    });
  assert.deepEqual(await messages(), ["2026-01-05 12:00:00 started\n  more of it"]);
  appendFileSync(join(root, "var/log/app.log"), "2026-01-05 12:00:01 second\n");
  await eventually("the second line comes", async () => (await messages()).length === 2);
});

test("what the agent cannot do is said, and nothing is started", async (t) => {
  const { agent, configure, end } = await createScene();
  t.after(end);
  await configure("bad", {
    metrics: { metrics_collected: { net: {}, mem: { measurement: ["mem_cached"] } } },
    traces: {},
  });
  const said = await agent("-a", "fetch-config", "-c", "ssm:bad", "-s");
  assert.match(said, /^1amazon-cloudwatch-agent-ctl: the configuration ssm:bad cannot be run:/);
  for (const problem of ["traces is", "metrics_collected.net is", "measurement cached is"])
    assert.ok(said.includes(`${problem} not supported on this machine`), said);
  assert.match(await agent("-a", "status"), /"status": "stopped"/);
  assert.match(await agent("-a", "fetch-config", "-c", "ssm:none"), /^1.*ParameterNotFound/);
});
