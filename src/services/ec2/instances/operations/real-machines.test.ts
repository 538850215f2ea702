import assert from "node:assert/strict";
import { get } from "node:http";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { createEc2Cloud, type Ec2Cloud } from "../../testing/ec2-cloud.ts";

const page = `require("node:http").createServer((q, s) => s.end(process.env.AWS_REGION)).listen(8080, process.env.HOST)`;
const userData = `#!/bin/sh
echo bootstrapping
nohup node -e '${page}' >/dev/null 2>&1 &
`;

test("user data of a real machine serves HTTP, its console is read, and a kill is noticed", async () => {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  try {
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      UserData: Buffer.from(userData).toString("base64"),
    });
    const id = Instances![0]!.InstanceId!;
    await until(cloud, harness, async () => (await cloud.stateOf(id)) === "running");
    const reach = await harness.driver.reach(id, 8080);
    await until(cloud, harness, async () => (await fetchText(reach)) === "us-east-1");
    const { Output } = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
    assert.match(Buffer.from(Output!, "base64").toString(), /bootstrapping/);

    await harness.kill(id);
    const status = async () => {
      const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({ InstanceIds: [id] });
      return InstanceStatuses?.[0]?.InstanceStatus?.Status;
    };
    await until(cloud, harness, async () => (await status()) === "impaired");
    await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
    await until(cloud, harness, async () => (await cloud.stateOf(id)) === "terminated");
    assert.equal((await harness.driver.observe(id)).state, "absent");
    const last = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
    assert.match(Buffer.from(last.Output!, "base64").toString(), /bootstrapping/);
  } finally {
    await cloud.stop();
    await harness.dispose();
  }
});

test("a machine that shuts itself down stops its instance, or ends it where that was asked for", async () => {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  try {
    const run = async (behavior: "stop" | "terminate") => {
      const { Instances } = await cloud.ec2.RunInstances({
        ImageId: cloud.imageId,
        InstanceType: "t3.micro",
        MinCount: 1,
        MaxCount: 1,
        InstanceInitiatedShutdownBehavior: behavior,
        UserData: Buffer.from("#!/bin/sh\nshutdown -h now\n").toString("base64"),
      });
      return Instances![0]!.InstanceId!;
    };
    const [stops, ends] = [await run("stop"), await run("terminate")];
    await until(cloud, harness, async () => (await cloud.stateOf(stops)) === "stopped");
    await until(cloud, harness, async () => (await cloud.stateOf(ends)) === "terminated");
    const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [stops] });
    const [instance] = Reservations![0]!.Instances!;
    assert.equal(instance!.StateReason!.Code, "Client.InstanceInitiatedShutdown");
  } finally {
    await cloud.stop();
    await harness.dispose();
  }
});

test("an image captures a machine's bytes, and a clone has them without bootstrapping", async () => {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  try {
    const base = { InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;
    const first = await cloud.ec2.RunInstances({
      ...base,
      ImageId: cloud.imageId,
      UserData: Buffer.from("#!/bin/sh\necho baked > srv/app\n").toString("base64"),
    });
    const id = first.Instances![0]!.InstanceId!;
    const baked = (machine: string) =>
      harness.driver.execute(machine, ["cat", "srv/app"]).then(
        ({ stdout }) => stdout.trim() === "baked",
        () => false,
      );
    await until(cloud, harness, () => baked(id));
    const { ImageId } = await cloud.ec2.CreateImage({
      InstanceId: id,
      Name: "golden",
      NoReboot: true,
    });
    await until(cloud, harness, async () => {
      const { Images } = await cloud.ec2.DescribeImages({ ImageIds: [ImageId!] });
      return Images![0]!.State === "available";
    });
    const second = await cloud.ec2.RunInstances({ ...base, ImageId });
    await until(cloud, harness, () => baked(second.Instances![0]!.InstanceId!));
  } finally {
    await cloud.stop();
    await harness.dispose();
  }
});

/** Real machines take wall time; the cloud's clock follows so that nothing due is missed. */
const until = (cloud: Ec2Cloud, harness: ProcessHarness, holds: () => Promise<boolean>) =>
  eventually(holds.toString(), holds, async () => {
    await harness.pass();
    await cloud.advance("100ms");
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
