import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStacksCommand,
  DescribeStackResourceCommand,
  DescribeStackEventsCommand,
} from "@aws-sdk/client-cloudformation";
import { eventually } from "#runtime/testing/eventually.ts";
import { startCloud } from "#cloud/index.ts";

const program = join(import.meta.dirname, "../../../compute/process/guest/bin/cfn-signal");

/** Runs the program as a machine would, and answers its exit code with what it said. */
async function signal(endpoint: string, ...words: string[]): Promise<string> {
  const child = spawn(process.execPath, [program, ...words], {
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://127.0.0.1:9",
    },
  });
  let said = "";
  child.stderr.on("data", (piece: Buffer) => (said += piece.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return `${code}${said}`;
}

test("machines signal resources and wait conditions with the guest's program", async (t) => {
  const cloud = await startCloud({ compute: "simulated", speed: 20 });
  t.after(() => cloud.stop());
  const client = new CloudFormationClient({
    endpoint: cloud.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const template = {
    Resources: {
      Machine: {
        Type: "AWS::CloudFormation::WaitCondition",
        CreationPolicy: { ResourceSignal: { Count: 2, Timeout: "PT1H" } },
      },
      Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
      Condition: {
        Type: "AWS::CloudFormation::WaitCondition",
        Properties: { Handle: { Ref: "Handle" }, Timeout: "3600" },
      },
    },
    Outputs: { Data: { Value: { "Fn::GetAtt": "Condition.Data" } } },
  };
  await client.send(
    new CreateStackCommand({ StackName: "s", TemplateBody: JSON.stringify(template) }),
  );
  const describe = async () =>
    (await client.send(new DescribeStacksCommand({ StackName: "s" }))).Stacks![0]!;
  const handle = await eventually("there is a handle", async () => {
    const { StackResourceDetail } = await client
      .send(new DescribeStackResourceCommand({ StackName: "s", LogicalResourceId: "Handle" }))
      .catch(() => ({ StackResourceDetail: undefined }));
    return StackResourceDetail?.PhysicalResourceId || undefined;
  });
  const machine = ["--stack", "s", "--resource", "Machine", "--region", "us-east-1"];
  assert.equal(await signal(cloud.endpoint, "-e", "0", "-i", "i-1", ...machine), "0");
  assert.equal(await signal(cloud.endpoint, "--success=true", "-i", "i-2", ...machine), "0");
  assert.equal(await signal(cloud.endpoint, "-d", "hello", "-i", "one", handle), "0");
  const stack = await eventually("the stack is complete", async () => {
    const found = await describe();
    return found.StackStatus === "CREATE_COMPLETE" && found;
  });
  assert.equal(stack.StackStatus, "CREATE_COMPLETE");
  assert.equal(stack.Outputs?.[0]?.OutputValue, '{"one":"hello"}');
  const { StackEvents = [] } = await client.send(
    new DescribeStackEventsCommand({ StackName: "s" }),
  );
  const reasons = StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason);
  assert.ok(reasons.includes("Received SUCCESS signal with UniqueId i-1"));
  assert.match(
    await signal(cloud.endpoint, "-e", "0", ...machine),
    /^1cfn-signal: 400 .*can not be signaled/s,
  );
});
