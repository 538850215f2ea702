import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const template = (words: string, method: string, region: string) =>
  JSON.stringify({
    Resources: {
      Greeting: {
        Type: "AWS::SSM::Document",
        Properties: {
          UpdateMethod: method,
          Content: {
            schemaVersion: "2.2",
            mainSteps: [
              {
                action: "aws:runShellScript",
                name: "greet",
                inputs: { runCommand: [`echo ${words}`] },
              },
            ],
          },
        },
      },
      Secret: {
        Type: "AWS::SecretsManager::Secret",
        Properties: { Name: "db", SecretString: "x", ReplicaRegions: [{ Region: region }] },
      },
    },
  });

test("a document gets new versions or is made anew, and replicas follow their list", async () => {
  const cloud = createTestCloud();
  const cloudformation = cloud.clients.cloudformation(cloud.caller);
  const ssm = cloud.clients.ssm(cloud.caller);
  const StackName = "texts";
  const name = async () => {
    const { StackResourceDetail } = await cloudformation.DescribeStackResource({
      StackName,
      LogicalResourceId: "Greeting",
    });
    return StackResourceDetail!.PhysicalResourceId!;
  };
  await cloudformation.CreateStack({
    StackName,
    TemplateBody: template("one", "NewVersion", "eu-west-1"),
  });
  await cloud.advance("1m");
  const first = await name();
  await cloudformation.UpdateStack({
    StackName,
    TemplateBody: template("two", "NewVersion", "eu-west-2"),
  });
  await cloud.advance("1m");
  assert.equal(await name(), first);
  const { Document: document } = await ssm.DescribeDocument({ Name: first });
  assert.deepEqual([document!.DefaultVersion, document!.LatestVersion], ["2", "2"]);
  const secrets = cloud.clients.secretsmanager(cloud.caller);
  const { ReplicationStatus: copies } = await secrets.DescribeSecret({ SecretId: "db" });
  assert.deepEqual(
    copies!.map(({ Region, Status }) => [Region, Status]),
    [["eu-west-2", "InSync"]],
  );
  await cloudformation.UpdateStack({
    StackName,
    TemplateBody: template("three", "Replace", "eu-west-2"),
  });
  await cloud.advance("1m");
  assert.notEqual(await name(), first);
  await cloudformation.DeleteStack({ StackName });
  await cloud.advance("1m");
  const { DocumentIdentifiers: left } = await ssm.ListDocuments({
    Filters: [{ Key: "Owner", Values: ["Self"] }],
  });
  assert.deepEqual(left, []);
  await cloud.stop();
});

test("a replica key is made in the stack's Region", async () => {
  const cloud = createTestCloud();
  const KeyPolicy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  };
  const there = { ...cloud.caller, region: "eu-west-1" };
  const { KeyMetadata: primary } = await cloud.clients.kms(there).CreateKey({ MultiRegion: true });
  const cloudformation = cloud.clients.cloudformation(cloud.caller);
  await cloudformation.CreateStack({
    StackName: "replica",
    TemplateBody: JSON.stringify({
      Resources: {
        Replica: {
          Type: "AWS::KMS::ReplicaKey",
          Properties: { PrimaryKeyArn: primary!.Arn, KeyPolicy },
        },
      },
      Outputs: { Arn: { Value: { "Fn::GetAtt": ["Replica", "Arn"] } } },
    }),
  });
  await cloud.advance("1m");
  const { Stacks: stacks } = await cloudformation.DescribeStacks({ StackName: "replica" });
  assert.equal(
    stacks![0]!.Outputs![0]!.OutputValue,
    primary!.Arn!.replace("eu-west-1", "us-east-1"),
  );
  await cloud.stop();
});
