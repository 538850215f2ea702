import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

const folder = join(import.meta.dirname, "../testing/templates");
const template = (name: string) => readFileSync(join(folder, `${name}.yaml`), "utf8");

async function deploy(cloud: TestCloud, body: string) {
  const client = cloud.clients.cloudformation(cloud.caller);
  const { StackId } = await client.CreateStack({
    StackName: "web",
    TemplateBody: body,
    Capabilities: ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    Tags: [{ Key: "team", Value: "shop" }],
  });
  await cloud.advance("5m");
  return { client, id: StackId! };
}

async function statusOf(cloud: TestCloud, id: string): Promise<string> {
  const client = cloud.clients.cloudformation(cloud.caller);
  const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: id });
  const failed = StackEvents.filter(({ ResourceStatus }) => ResourceStatus?.endsWith("_FAILED"));
  const reasons = failed.map(
    (event) => `${event.LogicalResourceId}: ${event.ResourceStatusReason}`,
  );
  const { Stacks = [] } = await client.DescribeStacks({ StackName: id });
  return [Stacks[0]?.StackStatus, ...reasons].join("\n");
}

for (const name of [
  "storage-and-messages",
  "identities",
  "network",
  "network-beyond",
  "web-tier",
  "classic-web",
  "logs-and-events",
  "fleet",
  "spot-and-capacity",
  "secure-web",
  "names",
  "secrets",
  "functions",
  "private-lines",
])
  test(`the template ${name} is created by the real services and deleted without a trace`, async (t) => {
    const cloud = createTestCloud();
    t.after(() => cloud.stop());
    const { client, id } = await deploy(cloud, template(name));
    assert.equal(await statusOf(cloud, id), "CREATE_COMPLETE");
    await assert.rejects(
      client.UpdateStack({
        StackName: "web",
        UsePreviousTemplate: true,
        Capabilities: ["CAPABILITY_NAMED_IAM"],
      }),
      {
        message: "No updates are to be performed.",
      },
    );
    await client.DeleteStack({ StackName: "web" });
    await cloud.advance("20m");
    assert.equal(await statusOf(cloud, id), "DELETE_COMPLETE");
  });

test("resources have their properties, the stack's tags and CloudFormation's", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const { client } = await deploy(cloud, template("storage-and-messages"));
  const { Stacks = [] } = await client.DescribeStacks({ StackName: "web" });
  const outputs = Object.fromEntries(
    Stacks[0]!.Outputs!.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
  const sqs = cloud.clients.sqs(cloud.caller);
  const QueueUrl = outputs["Url"];
  const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
  assert.equal(Attributes?.["VisibilityTimeout"], "60");
  assert.equal(JSON.parse(Attributes["RedrivePolicy"]!).maxReceiveCount, 3);
  assert.deepEqual((await sqs.ListQueueTags({ QueueUrl })).Tags, { a: "b", team: "shop" });
  const { Tags } = await cloud.clients
    .dynamodb(cloud.caller)
    .ListTagsOfResource({ ResourceArn: outputs["Table"] });
  assert.deepEqual(Tags, [{ Key: "team", Value: "shop" }]);
  const [Bucket = ""] = outputs["Bucket"]!.split(".");
  const told = await cloud.clients.s3(cloud.caller).GetBucketNotificationConfiguration({ Bucket });
  assert.deepEqual(told, { EventBridgeConfiguration: {} });
});

test("a new launch template version rolls through the group", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const body = template("web-tier");
  const { client, id } = await deploy(cloud, body);
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  const instances = async () => {
    const { AutoScalingGroups = [] } = await autoscaling.DescribeAutoScalingGroups({});
    return AutoScalingGroups[0]!.Instances!.map(({ InstanceId }) => InstanceId!);
  };
  const before = await instances();
  await client.UpdateStack({
    StackName: "web",
    UsePreviousTemplate: true,
    Parameters: [{ ParameterKey: "Kind", ParameterValue: "t3.small" }],
  });
  await cloud.advance("6m");
  assert.equal(await statusOf(cloud, id), "UPDATE_COMPLETE");
  const after = await instances();
  assert.equal(after.length, 2);
  assert.ok(!after.some((instance) => before.includes(instance)));
  const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: id });
  const reasons = StackEvents.map(
    ({ ResourceStatusReason = "" }) => ResourceStatusReason,
  ).toReversed();
  const told = reasons.filter((reason) => /^Rolling|^Terminating|^Successfully/.test(reason));
  assert.deepEqual(
    told.map((reason) => reason.replaceAll(/i-[0-9a-f]+/g, "i")),
    [
      "Rolling update initiated. Terminating 2 obsolete instance(s) in batches of 1, while keeping at least 1 instance(s) in service.",
      "Terminating instance(s) [i]; replacing with 1 new instance(s).",
      "Successfully terminated instance(s) [i] (Progress 50%).",
      "Terminating instance(s) [i]; replacing with 1 new instance(s).",
      "Successfully terminated instance(s) [i] (Progress 100%).",
    ],
  );
});

test("an instance may name a group of its template among its SecurityGroups", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const image =
    "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}";
  const { client, id } = await deploy(
    cloud,
    JSON.stringify({
      Resources: {
        Group: {
          Type: "AWS::EC2::SecurityGroup",
          Properties: {
            GroupDescription: "web",
            SecurityGroupIngress: [
              { IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIp: "0.0.0.0/0" },
            ],
          },
        },
        Inner: {
          Type: "AWS::EC2::SecurityGroup",
          Properties: {
            GroupDescription: "inner",
            SecurityGroupIngress: [
              {
                IpProtocol: "tcp",
                FromPort: 80,
                ToPort: 80,
                SourceSecurityGroupName: { Ref: "Group" },
              },
            ],
          },
        },
        Server: {
          Type: "AWS::EC2::Instance",
          Properties: { ImageId: image, SecurityGroups: [{ Ref: "Group" }, "default"] },
        },
      },
      Outputs: {
        Name: { Value: { Ref: "Group" } },
        Id: { Value: { "Fn::GetAtt": ["Group", "GroupId"] } },
      },
    }),
  );
  assert.equal(await statusOf(cloud, id), "CREATE_COMPLETE");
  const { Stacks } = await client.DescribeStacks({ StackName: id });
  const [name = "", groupId = ""] = Stacks![0]!.Outputs!.map(({ OutputValue }) => OutputValue);
  assert.match(name, /^web-Group-[A-Z0-9]{12}$/);
  assert.match(groupId, /^sg-[0-9a-f]{17}$/);
  const { Reservations } = await cloud.clients.ec2(cloud.caller).DescribeInstances({});
  const groups = Reservations![0]!.Instances![0]!.SecurityGroups!;
  const names = groups.map(({ GroupName }) => GroupName!.split("-")[0]);
  assert.deepEqual(new Set(names), new Set(["default", "web"]));
  await client.DeleteStack({ StackName: "web" });
  await cloud.advance("10m");
  assert.equal(await statusOf(cloud, id), "DELETE_COMPLETE");
});

test("nested stacks are made from S3, updated with their parent and taken back with it", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const s3 = cloud.clients.s3(cloud.caller);
  await s3.CreateBucket({ Bucket: "templates" });
  const child = (timeout: number) =>
    JSON.stringify({
      Parameters: { Label: { Type: "String" } },
      Resources: {
        Queue: {
          Type: "AWS::SQS::Queue",
          Properties: { VisibilityTimeout: timeout, Tags: [{ Key: "l", Value: { Ref: "Label" } }] },
        },
      },
      Outputs: { Url: { Value: { Ref: "Queue" } } },
    });
  const put = (timeout: number) =>
    s3.PutObject({ Bucket: "templates", Key: "child.json", Body: Buffer.from(child(timeout)) });
  const parent = (type: string) =>
    JSON.stringify({
      Resources: {
        Child: {
          Type: "AWS::CloudFormation::Stack",
          Properties: {
            TemplateURL: "https://templates.s3.amazonaws.com/child.json",
            Parameters: { Label: "x" },
          },
        },
        Value: {
          Type: "AWS::SSM::Parameter",
          Properties: { Type: type, Value: { "Fn::GetAtt": "Child.Outputs.Url" } },
        },
      },
    });
  await put(10);
  const { client, id } = await deploy(cloud, parent("String"));
  assert.equal(await statusOf(cloud, id), "CREATE_COMPLETE");
  const { Stacks = [] } = await client.DescribeStacks({});
  const nested = Stacks.find(({ ParentId }) => ParentId === id)!;
  assert.match(nested.StackName!, /^web-Child-[A-Z0-9]{12}$/);
  assert.equal(nested.RootId, id);
  const QueueUrl = nested.Outputs![0]!.OutputValue;
  const timeout = async () => {
    const sqs = cloud.clients.sqs(cloud.caller);
    const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    return Attributes?.["VisibilityTimeout"];
  };
  await put(20);
  await client.UpdateStack({ StackName: "web", UsePreviousTemplate: true });
  await cloud.advance("1m");
  assert.equal(await timeout(), "20");
  await put(30);
  await client.UpdateStack({ StackName: "web", TemplateBody: parent("Nonsense") });
  await cloud.advance("2m");
  const [status] = (await statusOf(cloud, id)).split("\n");
  assert.equal(status, "UPDATE_ROLLBACK_COMPLETE");
  assert.equal(await timeout(), "20");
  await client.DeleteStack({ StackName: "web" });
  await cloud.advance("2m");
  assert.deepEqual((await client.DescribeStacks({})).Stacks, []);
});

test("a table with point-in-time recovery is refused before anything is created", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const table = (enabled: boolean) =>
    JSON.stringify({
      Resources: {
        Table: {
          Type: "AWS::DynamoDB::Table",
          Properties: {
            BillingMode: "PAY_PER_REQUEST",
            AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
            KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: enabled },
          },
        },
      },
    });
  await assert.rejects(client.CreateStack({ StackName: "on", TemplateBody: table(true) }), {
    message: /^Fogbank does not support the property PointInTimeRecoverySpecification/,
  });
  const { StackId } = await client.CreateStack({ StackName: "off", TemplateBody: table(false) });
  await cloud.advance("1m");
  assert.equal(await statusOf(cloud, StackId!), "CREATE_COMPLETE");
});

test("parameters that name things of the account must name some that exist", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Vpcs } = await ec2.DescribeVpcs({});
  await ec2.CreateKeyPair({ KeyName: "there" });
  const create = async (name: string, key: string, vpc: string) => {
    const { StackId } = await client.CreateStack({
      StackName: name,
      Parameters: [
        { ParameterKey: "Key", ParameterValue: key },
        { ParameterKey: "Vpcs", ParameterValue: vpc },
      ],
      TemplateBody: JSON.stringify({
        Parameters: {
          Key: { Type: "AWS::EC2::KeyPair::KeyName" },
          Vpcs: { Type: "List<AWS::EC2::VPC::Id>" },
        },
        Resources: { Queue: { Type: "AWS::SQS::Queue" } },
      }),
    });
    await cloud.advance("1m");
    const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: StackId! });
    return StackEvents.map((event) =>
      [event.LogicalResourceId, event.ResourceStatus, event.ResourceStatusReason].join(" ").trim(),
    ).toReversed();
  };
  const vpc = Vpcs![0]!.VpcId!;
  assert.equal((await create("good", "there", vpc)).at(-1), "good CREATE_COMPLETE");
  assert.deepEqual(await create("bad", "gone", vpc), [
    "bad CREATE_IN_PROGRESS User Initiated",
    "bad ROLLBACK_IN_PROGRESS Parameter validation failed: parameter value gone for parameter name Key does not exist. Rollback requested by user.",
    "bad ROLLBACK_COMPLETE",
  ]);
  const lost = await create("lost", "there", `${vpc},vpc-0123456789abcdef0`);
  assert.match(lost.at(-2)!, /parameter value vpc-0123456789abcdef0 for parameter name Vpcs/);
});

test("a rule of a stack sends the bus's events to the stack's queue and log group", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const { client } = await deploy(cloud, template("logs-and-events"));
  const { Stacks = [] } = await client.DescribeStacks({ StackName: "web" });
  const outputs = Object.fromEntries(
    Stacks[0]!.Outputs!.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
  );
  assert.match(outputs["RuleArn"]!, /:rule\/orders\/web-Placed-/);
  const Detail = JSON.stringify({ total: 12.5 });
  await cloud.clients.events(cloud.caller).PutEvents({
    Entries: [{ Source: "shop", DetailType: "t", Detail, EventBusName: outputs["BusArn"] }],
  });
  await cloud.advance("1s");
  const { Messages = [] } = await cloud.clients
    .sqs(cloud.caller)
    .ReceiveMessage({ QueueUrl: outputs["QueueUrl"] });
  assert.deepEqual(
    Messages.map(({ Body }) => Body),
    ['{"total": 12.5}'],
  );
  const logs = cloud.clients.logs(cloud.caller);
  const { events = [] } = await logs.FilterLogEvents({ logGroupName: outputs["Group"] });
  assert.equal(events.length, 1);
  const changed = template("logs-and-events").replace(
    "RetentionInDays: 7",
    "RetentionInDays: 7, DeletionProtectionEnabled: true",
  );
  await client.UpdateStack({ StackName: "web", TemplateBody: changed });
  await cloud.advance("5m");
  await assert.rejects(logs.DeleteLogGroup({ logGroupName: outputs["Group"] }), {
    code: "ValidationException",
  });
});

test("a generated password is sealed with the stack's key, and dynamic references read secrets", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const { id } = await deploy(cloud, template("secrets"));
  assert.equal(await statusOf(cloud, id), "CREATE_COMPLETE");
  const { SecretString } = await cloud.clients
    .secretsmanager(cloud.caller)
    .GetSecretValue({ SecretId: "database/password" });
  const value = JSON.parse(SecretString!) as Record<string, string>;
  assert.equal(value["username"], "shop");
  assert.match(value["password"]!, /^[A-Za-z\d]{20}$/);
  const { Parameter } = await cloud.clients
    .ssm(cloud.caller)
    .GetParameter({ Name: "/database/user" });
  assert.equal(Parameter!.Value, "shop");
});
