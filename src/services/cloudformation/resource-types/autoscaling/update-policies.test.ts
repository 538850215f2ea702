import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";
import { parseHandleUrl } from "../../wait-condition-site.ts";

type Json = Record<string, unknown>;

/** A stack "web" whose group is launched from a template of the type, with what else is given. */
function fleet(policies: Json, properties: Json = {}, type = "t3.micro"): string {
  return JSON.stringify({
    Parameters: {
      Image: {
        Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
        Default: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
      },
    },
    Resources: {
      Template: {
        Type: "AWS::EC2::LaunchTemplate",
        Properties: { LaunchTemplateData: { ImageId: { Ref: "Image" }, InstanceType: type } },
      },
      Group: {
        Type: "AWS::AutoScaling::AutoScalingGroup",
        ...policies,
        Properties: {
          MinSize: "2",
          MaxSize: "4",
          AvailabilityZones: ["us-east-1a", "us-east-1b"],
          LaunchTemplate: {
            LaunchTemplateId: { Ref: "Template" },
            Version: { "Fn::GetAtt": "Template.LatestVersionNumber" },
          },
          ...properties,
        },
      },
    },
  });
}

function createScene(t: TestContext) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  return {
    cloud,
    client,
    autoscaling,
    create: (TemplateBody: string) => client.CreateStack({ StackName: "web", TemplateBody }),
    update: (TemplateBody: string) => client.UpdateStack({ StackName: "web", TemplateBody }),
    async status() {
      const { Stacks = [] } = await client.DescribeStacks({ StackName: "web" });
      return Stacks[0]!.StackStatus;
    },
    async told(pattern: RegExp) {
      const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: "web" });
      return StackEvents.map(({ ResourceStatusReason = "" }) => ResourceStatusReason)
        .filter((reason) => pattern.test(reason))
        .toReversed();
    },
    async groups() {
      const { AutoScalingGroups = [] } = await autoscaling.DescribeAutoScalingGroups({});
      return AutoScalingGroups.map((group) => ({
        name: group.AutoScalingGroupName!,
        ids: (group.Instances ?? []).map(({ InstanceId }) => InstanceId!),
        sizes: [group.MinSize, group.DesiredCapacity, group.MaxSize],
        suspended: (group.SuspendedProcesses ?? []).map(({ ProcessName }) => ProcessName!),
      }));
    },
    signal: (UniqueId: string, Status: "SUCCESS" | "FAILURE" = "SUCCESS") =>
      client.SignalResource({
        StackName: "web",
        LogicalResourceId: "Group",
        UniqueId,
        Status,
      }),
  };
}

const rolling = (more: Json) => ({
  UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: "1", ...more } },
});

test("a rolling update waits for the signals of each batch, with processes suspended meanwhile", async (t) => {
  const scene = createScene(t);
  const policies = rolling({
    WaitOnResourceSignals: true,
    PauseTime: "PT10M",
    SuspendProcesses: ["HealthCheck", "AZRebalance"],
  });
  await scene.create(fleet(policies));
  await scene.cloud.advance("5m");
  const [before] = await scene.groups();
  await scene.update(fleet(policies, {}, "t3.small"));
  await scene.cloud.advance("3m");
  const [first] = await scene.groups();
  assert.deepEqual(first!.suspended.sort(), ["AZRebalance", "HealthCheck"]);
  const fresh = (ids: string[]) => ids.filter((id) => !before!.ids.includes(id));
  assert.equal(fresh(first!.ids).length, 1);
  await scene.cloud.advance("3m");
  assert.equal(fresh((await scene.groups())[0]!.ids).length, 1, "it waits for the first's signal");
  await scene.signal(fresh(first!.ids)[0]!);
  await scene.cloud.advance("3m");
  const [second] = await scene.groups();
  assert.equal(fresh(second!.ids).length, 2);
  await scene.signal(fresh(second!.ids).find((id) => !first!.ids.includes(id))!);
  await scene.cloud.advance("3m");
  assert.equal(await scene.status(), "UPDATE_COMPLETE");
  assert.deepEqual((await scene.groups())[0]!.suspended, []);
  assert.equal((await scene.told(/^Received SUCCESS signal with UniqueId/)).length, 2);
});

test("without its signals a batch fails, and the group rolls back to what it was", async (t) => {
  const scene = createScene(t);
  const policies = rolling({ WaitOnResourceSignals: true, PauseTime: "PT2M", MaxBatchSize: 2 });
  await scene.create(fleet(policies));
  await scene.cloud.advance("5m");
  await scene.update(fleet(policies, {}, "t3.small"));
  // What comes up on the way back signals, as a machine of the old version does.
  for (let step = 0; step < 80; step++) {
    await scene.cloud.advance("15s");
    if ((await scene.status()) === "UPDATE_ROLLBACK_IN_PROGRESS")
      for (const id of (await scene.groups())[0]!.ids) await scene.signal(id);
  }
  assert.equal(await scene.status(), "UPDATE_ROLLBACK_COMPLETE");
  assert.match(
    (await scene.told(/resource signal\(s\) for the current batch/))[0]!,
    /^Failed to receive 1 resource signal\(s\) for the current batch/,
  );
  const [group] = await scene.groups();
  const { Reservations = [] } = await scene.cloud.clients
    .ec2(scene.cloud.caller)
    .DescribeInstances({ InstanceIds: group!.ids });
  const types = Reservations.flatMap(({ Instances = [] }) => Instances).map(
    ({ InstanceType }) => InstanceType,
  );
  assert.deepEqual(types, ["t3.micro", "t3.micro"]);
});

test("of the signals so many percent must be of success", async (t) => {
  const scene = createScene(t);
  const policies = rolling({
    WaitOnResourceSignals: true,
    PauseTime: "PT10M",
    MaxBatchSize: 2,
    MinInstancesInService: "0",
    MinSuccessfulInstancesPercent: 50,
  });
  await scene.create(fleet(policies));
  await scene.cloud.advance("5m");
  await scene.update(fleet(policies, {}, "t3.small"));
  await scene.cloud.advance("3m");
  const [one, other] = (await scene.groups())[0]!.ids;
  await scene.signal(one!, "FAILURE");
  await scene.signal(other!);
  await scene.cloud.advance("2m");
  assert.equal(await scene.status(), "UPDATE_COMPLETE");
});

test("a replacing update makes a new group, waits for its signals, and then ends the old one", async (t) => {
  const scene = createScene(t);
  const policies = {
    CreationPolicy: {
      ResourceSignal: { Count: 2, Timeout: "PT15M" },
      AutoScalingCreationPolicy: { MinSuccessfulInstancesPercent: 50 },
    },
    UpdatePolicy: { AutoScalingReplacingUpdate: { WillReplace: true } },
  };
  await scene.create(fleet(policies));
  await scene.cloud.advance("3m");
  const signalAll = async (ids: string[], ...statuses: ("SUCCESS" | "FAILURE")[]) => {
    for (const [index, id] of ids.entries()) await scene.signal(id, statuses[index]);
  };
  // One of two is enough.
  await signalAll((await scene.groups())[0]!.ids, "FAILURE", "SUCCESS");
  await scene.cloud.advance("1m");
  assert.equal(await scene.status(), "CREATE_COMPLETE");
  const [old] = await scene.groups();
  await scene.update(fleet(policies, {}, "t3.small"));
  await scene.cloud.advance("3m");
  const during = await scene.groups();
  assert.equal(during.length, 2, "the old group serves until the new one does");
  const fresh = during.find(({ name }) => name !== old!.name)!;
  assert.equal(fresh.ids.length, 2);
  await signalAll(fresh.ids, "SUCCESS", "SUCCESS");
  await scene.cloud.advance("10m");
  assert.equal(await scene.status(), "UPDATE_COMPLETE");
  assert.deepEqual(
    (await scene.groups()).map(({ name }) => name),
    [fresh.name],
  );
  // A replacement that nobody vouches for goes, and what was there stays.
  await scene.update(fleet(policies, {}, "t3.medium"));
  await scene.cloud.advance("30m");
  assert.equal(await scene.status(), "UPDATE_ROLLBACK_COMPLETE");
  const left = await scene.groups();
  assert.deepEqual(
    left.map(({ name, ids }) => [name, ids]),
    [[fresh.name, fresh.ids]],
  );
});

test("sizes that the template did not change stay as scheduled actions set them, where that is wanted", async (t) => {
  for (const ignore of [true, false]) {
    const scene = createScene(t);
    const policies = {
      UpdatePolicy: {
        AutoScalingScheduledAction: { IgnoreUnmodifiedGroupSizeProperties: ignore },
      },
    };
    const sizes = (MaxSize: string) => ({ MinSize: "1", DesiredCapacity: "1", MaxSize });
    await scene.create(fleet(policies, sizes("4")));
    await scene.cloud.advance("3m");
    const [group] = await scene.groups();
    await scene.autoscaling.PutScheduledUpdateGroupAction({
      AutoScalingGroupName: group!.name,
      ScheduledActionName: "busy",
      StartTime: dateOf(scene.cloud.clock.now() + 60_000),
      MinSize: 2,
      DesiredCapacity: 3,
    });
    await scene.cloud.advance("5m");
    assert.deepEqual((await scene.groups())[0]!.sizes, [2, 3, 4]);
    await scene.update(fleet(policies, sizes("6")));
    await scene.cloud.advance("5m");
    assert.equal(await scene.status(), "UPDATE_COMPLETE");
    assert.deepEqual((await scene.groups())[0]!.sizes, ignore ? [2, 3, 6] : [1, 1, 6]);
  }
});

test("a wait condition counts signals of its handle, fails with the first failure, and times out", async (t) => {
  const template = (Count: number) =>
    JSON.stringify({
      Resources: {
        Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
        Ready: {
          Type: "AWS::CloudFormation::WaitCondition",
          Properties: { Handle: { Ref: "Handle" }, Count, Timeout: "300" },
        },
      },
      Outputs: { Data: { Value: { "Fn::GetAtt": "Ready.Data" } } },
    });
  const run = async (signals: [string, "SUCCESS" | "FAILURE", string][]) => {
    const scene = createScene(t);
    await scene.create(template(2));
    await scene.cloud.advance("10s");
    const { StackResourceDetail } = await scene.client.DescribeStackResource({
      StackName: "web",
      LogicalResourceId: "Handle",
    });
    const address = parseHandleUrl(StackResourceDetail!.PhysicalResourceId!)!;
    const { signals: records } = await import("../../records.ts");
    for (const [UniqueId, status, data] of signals) {
      await scene.cloud.store.transaction(async (tx) =>
        records.put(tx, address, [address.uuid, address.logicalId, UniqueId], {
          status,
          receivedMs: scene.cloud.clock.now(),
          ...(status === "SUCCESS" ? { data } : { reason: data }),
        }),
      );
      await scene.cloud.advance("10s");
    }
    return scene;
  };
  const good = await run([
    ["a", "SUCCESS", "1"],
    ["b", "SUCCESS", "2"],
  ]);
  assert.equal(await good.status(), "CREATE_COMPLETE");
  const { Stacks = [] } = await good.client.DescribeStacks({ StackName: "web" });
  assert.equal(Stacks[0]!.Outputs![0]!.OutputValue, '{"a":"1","b":"2"}');
  const bad = await run([["a", "FAILURE", "no disk"]]);
  await bad.cloud.advance("1m");
  assert.equal(await bad.status(), "ROLLBACK_COMPLETE");
  assert.deepEqual(await bad.told(/^WaitCondition/), [
    "WaitCondition received failed message: 'no disk' for uniqueId: a",
  ]);
  const late = await run([["a", "SUCCESS", "1"]]);
  await late.cloud.advance("4m");
  assert.equal(await late.status(), "CREATE_IN_PROGRESS");
  await late.cloud.advance("2m");
  assert.equal(await late.status(), "ROLLBACK_COMPLETE");
  assert.deepEqual(await late.told(/^WaitCondition/), [
    "WaitCondition timed out. Received 1 conditions when expecting 2",
  ]);
});
