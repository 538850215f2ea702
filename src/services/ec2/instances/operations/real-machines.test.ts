import assert from "node:assert/strict";
import { get } from "node:http";
import { test } from "node:test";
import type { Ec2Cloud } from "../../testing/ec2-cloud.ts";
import { createRealCloud } from "../../testing/real-cloud.ts";

const page = `require("node:http").createServer((q, s) => s.end(process.env.AWS_REGION)).listen(8080, process.env.HOST)`;
const userData = `#!/bin/sh
echo bootstrapping
nohup node -e '${page}' >/dev/null 2>&1 &
`;

test("user data of a real machine serves HTTP, its console is read, and a kill is noticed", async (t) => {
  const cloud = await createRealCloud(t);
  const { harness, until } = cloud;
  const id = await cloud.launch(userData);
  await until(async () => (await cloud.stateOf(id)) === "running");
  const reach = await harness.driver.reach(id, 8080);
  await until(async () => (await fetchText(reach)) === "us-east-1");
  const { Output } = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
  assert.match(Buffer.from(Output!, "base64").toString(), /bootstrapping/);

  await harness.kill(id);
  const status = async () => {
    const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({ InstanceIds: [id] });
    return InstanceStatuses?.[0]?.InstanceStatus?.Status;
  };
  await until(async () => (await status()) === "impaired");
  await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  await until(async () => (await cloud.stateOf(id)) === "terminated");
  assert.equal((await harness.driver.observe(id)).state, "absent");
  const last = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
  assert.match(Buffer.from(last.Output!, "base64").toString(), /bootstrapping/);
});

test("a machine that shuts itself down stops its instance, or ends it where that was asked for", async (t) => {
  const cloud = await createRealCloud(t);
  const { until } = cloud;
  const run = (behavior: "stop" | "terminate") =>
    cloud.launch("#!/bin/sh\nshutdown -h now\n", { InstanceInitiatedShutdownBehavior: behavior });
  const [stops, ends] = [await run("stop"), await run("terminate")];
  await until(async () => (await cloud.stateOf(stops)) === "stopped");
  await until(async () => (await cloud.stateOf(ends)) === "terminated");
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [stops] });
  const [instance] = Reservations![0]!.Instances!;
  assert.equal(instance!.StateReason!.Code, "Client.InstanceInitiatedShutdown");
});

test("an image captures a machine's bytes, and a clone has them without bootstrapping", async (t) => {
  const cloud = await createRealCloud(t);
  const { harness, until } = cloud;
  const id = await cloud.launch("#!/bin/sh\necho baked > srv/app\n");
  const baked = (machine: string) =>
    harness.driver.execute(machine, ["cat", "srv/app"]).then(
      ({ stdout }) => stdout.trim() === "baked",
      () => false,
    );
  await until(() => baked(id));
  const { ImageId } = await cloud.ec2.CreateImage({
    InstanceId: id,
    Name: "golden",
    NoReboot: true,
  });
  await until(async () => {
    const { Images } = await cloud.ec2.DescribeImages({ ImageIds: [ImageId!] });
    return Images![0]!.State === "available";
  });
  const [second] = (await cloud.run(1, { ImageId })) as [string];
  await until(() => baked(second));
});

function fetchText(reach: Awaited<ReturnType<Ec2Cloud["simulated"]["reach"]>>): Promise<string> {
  return new Promise((resolve) => {
    const target = reach && "host" in reach ? reach : { socketPath: reach?.path ?? "" };
    get(target, (response) => {
      let text = "";
      response.on("data", (piece) => (text += String(piece)));
      response.on("end", () => resolve(text));
    }).on("error", () => resolve(""));
  });
}
