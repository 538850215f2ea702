import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { AwsError } from "#model/error.ts";
import { defineService } from "#services/kit/service.ts";

const token = (digit: number) => `${digit}1234567-89ab-4def-8123-456789abcdef`;
const RotationLambdaARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate";

interface Event {
  Step: string;
  SecretId: string;
  ClientRequestToken: string;
}

/** A cloud whose functions are one of the test's own, which may fail. */
function cloudWith(heard: string[], fails: (step: string) => boolean = () => false) {
  const lambda = defineService<"lambda">({
    name: "lambda",
    operations: {
      async Invoke({ InvocationType, Payload, FunctionName }, context) {
        if (FunctionName !== RotationLambdaARN)
          throw new AwsError({ code: "ResourceNotFoundException", message: "no", status: 404 });
        if (InvocationType === "DryRun") return { StatusCode: 204 };
        const event = JSON.parse(Buffer.from(Payload as never).toString()) as Event;
        const { Step, SecretId, ClientRequestToken } = event;
        heard.push(Step);
        if (fails(Step)) return { FunctionError: "Unhandled", Payload: Buffer.from("{}") } as never;
        const secrets = context.clients.secretsmanager(context);
        if (Step === "createSecret")
          await secrets.PutSecretValue({
            SecretId,
            ClientRequestToken,
            SecretString: `value ${heard.length}`,
            VersionStages: ["AWSPENDING"],
          });
        if (Step === "finishSecret") {
          const { VersionIdsToStages: versions } = await secrets.DescribeSecret({ SecretId });
          const [old] = Object.entries(versions!).find(([, all]) => all.includes("AWSCURRENT"))!;
          await secrets.UpdateSecretVersionStage({
            SecretId,
            VersionStage: "AWSCURRENT",
            MoveToVersionId: ClientRequestToken,
            RemoveFromVersionId: old,
          });
        }
        return { StatusCode: 200 };
      },
    },
  });
  return createTestCloud({ registry: { lambda: async () => ({ service: lambda }) } });
}

const all = ["createSecret", "setSecret", "testSecret", "finishSecret"];

test("a function rotates a secret now and every ten days", async () => {
  const heard: string[] = [];
  const cloud = cloudWith(heard);
  const secrets = cloud.clients.secretsmanager(cloud.caller);
  const SecretId = "db";
  await secrets.CreateSecret({ Name: SecretId, ClientRequestToken: token(1), SecretString: "one" });
  await assert.rejects(secrets.RotateSecret({ SecretId, ClientRequestToken: token(2) }), {
    message: "No Lambda rotation function ARN is associated with this secret.",
  });
  const other = `${RotationLambdaARN}-not`;
  await assert.rejects(
    secrets.RotateSecret({ SecretId, ClientRequestToken: token(2), RotationLambdaARN: other }),
    { code: "AccessDeniedException" },
  );
  const { VersionId } = await secrets.RotateSecret({
    SecretId,
    ClientRequestToken: token(2),
    RotationLambdaARN,
    RotationRules: { AutomaticallyAfterDays: 10 },
  });
  assert.equal(VersionId, token(2));
  await cloud.advance("1m");
  assert.deepEqual(heard, all);
  const value = await secrets.GetSecretValue({ SecretId });
  assert.deepEqual([value.SecretString, value.VersionId], ["value 1", VersionId]);
  const about = await secrets.DescribeSecret({ SecretId });
  assert.equal(about.NextRotationDate!.getTime() - about.LastRotatedDate!.getTime(), 864_000_000);
  await cloud.advance("11d");
  assert.equal((await secrets.GetSecretValue({ SecretId })).SecretString, "value 5");
  await secrets.CancelRotateSecret({ SecretId });
  await cloud.advance("30d");
  assert.equal(heard.length, 8);
  assert.equal((await secrets.DescribeSecret({ SecretId })).RotationEnabled, false);
  await cloud.stop();
});

test("a rotation that fails is tried again from its first step", async () => {
  const heard: string[] = [];
  let broken = true;
  const cloud = cloudWith(heard, (step) => broken && step === "testSecret");
  const secrets = cloud.clients.secretsmanager(cloud.caller);
  const SecretId = "db";
  await secrets.CreateSecret({ Name: SecretId, ClientRequestToken: token(1), SecretString: "one" });
  const rotate = (more: object) =>
    secrets.RotateSecret({ SecretId, ClientRequestToken: token(2), RotationLambdaARN, ...more });
  await rotate({ RotateImmediately: false });
  await cloud.advance("1s");
  assert.deepEqual(heard.splice(0), ["testSecret"]);
  await rotate({});
  await cloud.advance("1s");
  assert.deepEqual(heard.splice(0), ["createSecret", "setSecret", "testSecret"]);
  await assert.rejects(rotate({ ClientRequestToken: token(3) }), {
    message: "A previous rotation isn't complete. That rotation will be reattempted.",
  });
  assert.equal((await secrets.GetSecretValue({ SecretId })).SecretString, "one");
  broken = false;
  await cloud.advance("1m");
  assert.deepEqual(heard.at(-1), "finishSecret");
  assert.equal((await secrets.GetSecretValue({ SecretId })).VersionId, token(2));
  await cloud.stop();
});
