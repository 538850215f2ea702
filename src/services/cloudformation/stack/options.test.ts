import assert from "node:assert/strict";
import { test } from "node:test";
import { createStackTest, thingsTemplate } from "../testing/stacks.ts";

test("a creation that takes longer than its timeout rolls back", async () => {
  const { client, cloud, status } = createStackTest();
  await client.CreateStack({
    StackName: "slow",
    TemplateBody: thingsTemplate({ A: { ReadyAfter: 600 } }),
    TimeoutInMinutes: 5,
  });
  await cloud.advance("4m");
  assert.equal(await status("slow"), "CREATE_IN_PROGRESS");
  await cloud.advance("2m");
  assert.equal(await status("slow"), "ROLLBACK_COMPLETE");
  await cloud.stop();
});

test("a protected stack is not deleted", async () => {
  const { client, cloud, status } = createStackTest();
  const TemplateBody = thingsTemplate({ A: {} });
  await client.CreateStack({ StackName: "s", TemplateBody, EnableTerminationProtection: true });
  await cloud.advance("5s");
  await assert.rejects(client.DeleteStack({ StackName: "s" }), {
    message: "Stack [s] cannot be deleted while TerminationProtection is enabled",
  });
  await client.UpdateTerminationProtection({ StackName: "s", EnableTerminationProtection: false });
  const { StackId } = await client.CreateStack({ StackName: "t", TemplateBody });
  await client.DeleteStack({ StackName: "s" });
  await client.DeleteStack({ StackName: "t" });
  await cloud.advance("5s");
  await assert.rejects(status("s"), { message: "Stack with id s does not exist" });
  assert.equal(await status(StackId!), "DELETE_COMPLETE");
  await cloud.stop();
});

test("names are unique while their stack lives", async () => {
  const { client, cloud } = createStackTest();
  const TemplateBody = thingsTemplate({ A: {} });
  await client.CreateStack({ StackName: "s", TemplateBody, ClientRequestToken: "once" });
  await client.CreateStack({ StackName: "s", TemplateBody, ClientRequestToken: "once" });
  await assert.rejects(client.CreateStack({ StackName: "s", TemplateBody }), {
    code: "AlreadyExistsException",
    message: "Stack [s] already exists",
  });
  await assert.rejects(client.UpdateStack({ StackName: "s", TemplateBody }), {
    message: /^Stack:arn:.* is in CREATE_IN_PROGRESS state and can not be updated\.$/,
  });
  await cloud.stop();
});

test("parameters come from the store, from references, and from before", async () => {
  const { client, cloud, things, physical } = createStackTest();
  const ssm = cloud.clients.ssm(cloud.caller);
  await ssm.PutParameter({ Name: "/app/size", Type: "String", Value: "7" });
  const TemplateBody = thingsTemplate(
    {
      A: {
        Count: { Ref: "Size" },
        Value: "{{resolve:ssm:/app/size}}-{{resolve:ssm:/app/size:1}}",
        Items: { Ref: "List" },
      },
    },
    {
      Parameters: {
        Size: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/app/size" },
        List: { Type: "CommaDelimitedList" },
        Secret: { Type: "String", NoEcho: true, Default: "hidden" },
      },
    },
  );
  await client.CreateStack({
    StackName: "s",
    TemplateBody,
    Parameters: [{ ParameterKey: "List", ParameterValue: "a,b" }],
  });
  await cloud.advance("5s");
  const a = async () => things.get(await physical("s", "A"))!.properties;
  assert.deepEqual(await a(), { Count: 7, Value: "7-7", Items: ["a", "b"] });
  const { Stacks } = await client.DescribeStacks({ StackName: "s" });
  assert.deepEqual(Stacks![0]!.Parameters, [
    { ParameterKey: "Size", ParameterValue: "/app/size", ResolvedValue: "7" },
    { ParameterKey: "List", ParameterValue: "a,b" },
    { ParameterKey: "Secret", ParameterValue: "****" },
  ]);
  await ssm.PutParameter({ Name: "/app/size", Type: "String", Value: "8", Overwrite: true });
  await client.UpdateStack({
    StackName: "s",
    UsePreviousTemplate: true,
    Parameters: [{ ParameterKey: "List", UsePreviousValue: true }],
  });
  await cloud.advance("5s");
  assert.deepEqual(await a(), { Count: 8, Value: "8-7", Items: ["a", "b"] });
  await assert.rejects(
    client.CreateStack({
      StackName: "t",
      TemplateBody: thingsTemplate({ A: { Value: "{{resolve:vault:x}}" } }),
    }),
    { message: /cannot resolve the dynamic reference \{\{resolve:vault:x\}\}/ },
  );
  await cloud.stop();
});

test("events reach the topics that the stack names", async () => {
  const { client, cloud } = createStackTest();
  const sns = cloud.clients.sns(cloud.caller);
  const sqs = cloud.clients.sqs(cloud.caller);
  const { TopicArn } = await sns.CreateTopic({ Name: "stack-events" });
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "inbox" });
  const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  const statement = { Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" };
  await sqs.SetQueueAttributes({
    QueueUrl,
    Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) },
  });
  await sns.Subscribe({
    TopicArn,
    Protocol: "sqs",
    Endpoint: Attributes!["QueueArn"],
    Attributes: { RawMessageDelivery: "true" },
  });
  await client.CreateStack({
    StackName: "s",
    TemplateBody: thingsTemplate({ A: {} }),
    NotificationARNs: [TopicArn!],
  });
  await cloud.advance("10s");
  const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  const told = Messages.map(
    ({ Body = "" }) =>
      `${/LogicalResourceId='(.*)'/.exec(Body)?.[1]} ${/ResourceStatus='(.*)'/.exec(Body)?.[1]}`,
  );
  assert.deepEqual(told.toSorted(), [
    "A CREATE_COMPLETE",
    "A CREATE_IN_PROGRESS",
    "A CREATE_IN_PROGRESS",
    "s CREATE_COMPLETE",
    "s CREATE_IN_PROGRESS",
  ]);
  await cloud.stop();
});
