import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { logLines } from "./records.ts";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";
import { letLogsIn, readLog } from "./testing/log-bucket.ts";

/** A load balancer that logs requests and connections, to a target that holds some back. */
async function createLoggingCloud(context: TestContext) {
  const cloud = await createBalancedCloud(context);
  const { elb } = cloud;
  const s3 = cloud.clients.s3(cloud.caller);
  const target = { held: Promise.withResolvers<void>(), asked: new Set<string>() };
  context.after(() => target.held.resolve());
  const { LoadBalancerArn } = await cloud.createBalancer();
  const port = await cloud.backend(async (request) => {
    target.asked.add(request.target);
    if (request.target === "/held") await target.held.promise;
    if (request.target === "/for-ever") await new Promise(() => {});
    return { status: 200, headers: {}, body: "hello" };
  });
  const { TargetGroupArn } = await cloud.createGroup();
  await elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id: "127.0.0.1", Port: port }] });
  await cloud.listen(LoadBalancerArn!, { Type: "forward", TargetGroupArn: TargetGroupArn! });
  await s3.CreateBucket({ Bucket: "logs" });
  await letLogsIn(s3, "");
  const enable = async (Value: string) => {
    await elb.ModifyLoadBalancerAttributes({
      LoadBalancerArn,
      Attributes: ["access_logs", "connection_logs"].flatMap((kind) => [
        { Key: `${kind}.s3.enabled`, Value },
        { Key: `${kind}.s3.bucket`, Value: "logs" },
      ]),
    });
    await cloud.advance("30s");
  };
  await enable("true");
  /** What was delivered of requests, and how many connections. */
  const delivered = async () => {
    const { Contents = [] } = await s3.ListObjectsV2({ Bucket: "logs" });
    const found = { paths: [] as string[], connections: 0 };
    for (const { Key } of Contents) {
      if (!Key!.endsWith(".gz")) continue;
      const lines = (await readLog(s3, Key!)).trimEnd().split("\n");
      if (Key!.includes("/conn_log_")) found.connections += lines.length;
      else found.paths.push(...lines.map((line) => / http:\/\/[^/]+(\/\S*) /.exec(line)![1]!));
    }
    return { ...found, paths: found.paths.toSorted() };
  };
  return { ...cloud, target, arn: LoadBalancerArn!, enable, delivered };
}

test("the last lines of a load balancer that is deleted are delivered", async (context) => {
  const cloud = await createLoggingCloud(context);
  await cloud.get("/one");
  await cloud.advance("1m");
  await cloud.get("/two");
  const held = cloud.get("/held");
  await eventually("the target has the request", () => cloud.target.asked.has("/held"));
  await cloud.elb.DeleteLoadBalancer({ LoadBalancerArn: cloud.arn });
  cloud.target.held.resolve();
  assert.equal((await held).status, 200);
  // Another one of its name logs nothing.
  await cloud.createBalancer();
  await cloud.advance("5m");
  const { paths, connections } = await cloud.delivered();
  assert.deepEqual(paths, ["/held", "/one", "/two"]);
  assert.ok(connections > 0);
  const left = await cloud.store.transaction((tx) => logLines.list(tx, cloud.caller));
  assert.deepEqual(left, []);
});

test("what was logged until nothing is to be logged any more is delivered", async (context) => {
  const cloud = await createLoggingCloud(context);
  await cloud.get("/one");
  await cloud.enable("false");
  await cloud.get("/two");
  await cloud.advance("5m");
  assert.deepEqual((await cloud.delivered()).paths, ["/one"]);
});

test("a request that is under way when the cloud stops is logged", async (context) => {
  const cloud = await createLoggingCloud(context);
  const answered = cloud.get("/held");
  const brokenOff = assert.rejects(cloud.get("/for-ever"), { failure: "closed" });
  const both = ["/held", "/for-ever"];
  await eventually("the target has both", () => both.every((one) => cloud.target.asked.has(one)));
  const stopping = cloud.host.stop();
  cloud.target.held.resolve();
  assert.equal((await answered).status, 200);
  await brokenOff;
  await stopping;
  const left = await cloud.store.transaction((tx) => logLines.list(tx, cloud.caller));
  const lines = left.flatMap((record) => record.lines).join("\n");
  assert.match(lines, / 200 .*\/held HTTP/);
  assert.match(lines, / 460 - .*\/for-ever HTTP/);
});
