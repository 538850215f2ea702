import assert from "node:assert/strict";
import { test } from "node:test";
import { serviceNames } from "../facts.ts";
import { listOperations } from "../load-model.ts";
import type { ServiceName } from "../sdk.ts";
import { checkInput } from "./check-input.ts";
import { compilePattern } from "./pattern.ts";

async function refusal(service: ServiceName, operation: string, input: object) {
  await assert.doesNotReject(Promise.resolve(checkInput("sts", "GetCallerIdentity", {})));
  const check = async () => checkInput(service, operation, input);
  let message = "accepted";
  await check().catch((error: { code: string; message: string }) => {
    message = `${error.code}: ${error.message}`;
  });
  return message;
}

test("what is within the constraints is accepted", async () => {
  const role = { RoleArn: "arn:aws:iam::123456789012:role/a", RoleSessionName: "me" };
  assert.equal(await refusal("sts", "AssumeRole", role), "accepted");
  assert.equal(
    checkInput("sts", "AssumeRole", role),
    undefined,
    "a second check waits for nothing",
  );
});

test("most services count and join what is wrong", async () => {
  assert.equal(
    await refusal("sts", "AssumeRole", {
      RoleArn: "short",
      RoleSessionName: "a b",
      DurationSeconds: 1,
    }),
    "ValidationError: 3 validation errors detected: Value 'short' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20; Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*; Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
  );
  assert.equal(
    await refusal("dynamodb", "CreateTable", {
      TableName: "t",
      KeySchema: [{ AttributeName: "", KeyType: "X" }],
      AttributeDefinitions: [{ AttributeName: "a", AttributeType: "S" }],
    }),
    "ValidationException: 2 validation errors detected: Value '' at 'keySchema.1.member.attributeName' failed to satisfy constraint: Member must have length greater than or equal to 1; Value 'X' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]",
  );
  assert.equal(
    await refusal("logs", "CreateLogGroup", {}),
    "InvalidParameterException: 1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null",
  );
});

test("plain items are complained of at their list", async () => {
  assert.equal(
    await refusal("sts", "AssumeRole", {
      RoleArn: "arn:aws:iam::123456789012:role/a",
      RoleSessionName: "me",
      TransitiveTagKeys: ["ok", ""],
    }),
    "ValidationError: 1 validation error detected: Value '[ok, ]' at 'transitiveTagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 128, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+]",
  );
});

test("services of today name null among what their lists must not hold", async () => {
  assert.equal(
    await refusal("lambda", "PublishLayerVersion", {
      LayerName: "l",
      Content: {},
      CompatibleArchitectures: ["foo"],
    }),
    "ValidationException: 1 validation error detected: Value '[foo]' at 'compatibleArchitectures' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64], Member must not be null]",
  );
});

test("services with words of their own use them", async () => {
  assert.equal(
    await refusal("sqs", "CreateQueue", {}),
    "MissingParameter: The request must contain the parameter QueueName.",
  );
  assert.equal(
    await refusal("ec2", "CreateSecurityGroup", { Description: "d" }),
    "MissingParameter: The request must contain the parameter GroupName",
  );
  assert.equal(
    await refusal("cloudwatch", "PutMetricData", { Namespace: "n", MetricData: [{}] }),
    "MissingParameter: The parameter MetricData.member.1.MetricName is required.",
  );
  assert.equal(
    await refusal("iam", "CreateUser", { UserName: "a b" }),
    "ValidationError: The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
  );
});

test("items of DynamoDB, and everything of S3, are judged by their operations", async () => {
  const item = { TableName: "table", Item: { id: { S: "" } } };
  assert.equal(await refusal("dynamodb", "PutItem", item), "accepted");
  assert.equal(await refusal("s3", "PutObject", {}), "accepted");
});

test("every service has its constraints, about operations that the SDK knows too", async () => {
  for (const service of serviceNames) {
    const file = `./generated/${service}.json`;
    const { default: constraints } = (await import(file, { with: { type: "json" } })) as {
      default: { source: string; operations: Record<string, string>; structures: object };
    };
    assert.match(constraints.source, /^botocore \d+\.\d+\.\d+, /);
    const known = new Set(await listOperations(service));
    const strange = Object.keys(constraints.operations).filter((name) => !known.has(name));
    assert.deepEqual(strange, [], service);
  }
});

test("every published pattern can be checked", async () => {
  const unchecked: string[] = [];
  for (const service of serviceNames) {
    const { default: constraints } = (await import(`./generated/${service}.json`, {
      with: { type: "json" },
    })) as { default: object };
    JSON.stringify(constraints, (key, value: unknown) => {
      if (key === "pattern" && !compilePattern(value as string)) unchecked.push(value as string);
      return value;
    });
  }
  assert.deepEqual([...new Set(unchecked)], []);
});

test("Java's classes and quantifiers are understood", () => {
  assert(compilePattern(String.raw`\p{Print}+`)!.test("a b"));
  assert(!compilePattern(String.raw`\p{Print}+`)!.test("ü"));
  assert(compilePattern(String.raw`[\p{Alnum}_-]++`)!.test("a_1"));
  assert(!compilePattern("a|b")!.test("ab"), "the whole text must match");
});
