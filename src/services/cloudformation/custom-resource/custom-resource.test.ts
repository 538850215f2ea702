import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { WholeBody, type HttpRequest } from "#http/http.ts";
import { createStackTest } from "../testing/stacks.ts";

/** What a provider hears, as far as the tests look at it. */
// oxlint-disable-next-line typescript/no-explicit-any
type Heard = Record<string, any>;

/** A stack whose provider is the test: it reads a queue behind a topic. */
async function stage(t: TestContext) {
  const stacks = createStackTest();
  const { cloud, client } = stacks;
  t.after(() => cloud.stop());
  const sns = cloud.clients.sns(cloud.caller);
  const sqs = cloud.clients.sqs(cloud.caller);
  const { TopicArn } = await sns.CreateTopic({ Name: "provider" });
  const Policy = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:SendMessage", Resource: "*" }],
  });
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "provider", Attributes: { Policy } });
  const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  await sns.Subscribe({ TopicArn, Protocol: "sqs", Endpoint: Attributes!.QueueArn });

  /** What came since the last look. */
  const heard = async (): Promise<Heard[]> => {
    await cloud.advance("1s");
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    for (const { ReceiptHandle } of Messages) await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
    return Messages.map(({ Body }) => JSON.parse(JSON.parse(Body!).Message));
  };
  const put = async (url: string, body: unknown) => {
    const request = {
      method: "PUT",
      target: new URL(url).pathname,
      headers: {},
      body: new WholeBody(Buffer.from(JSON.stringify(body))),
    } as unknown as HttpRequest;
    const site = cloud.host.sites().find((one) => one.matches(request));
    const { status } = await site!.handle(request);
    await cloud.advance("100ms");
    return status;
  };
  /** Hears one request and answers it. */
  const serve = async (answer: Record<string, unknown>): Promise<Heard> => {
    const [request, ...others] = await heard();
    assert.ok(request && others.length === 0, `${others.length} requests more than one`);
    assert.equal(await put(request["ResponseURL"], { Status: "SUCCESS", ...answer }), 200);
    return request;
  };
  const template = (properties: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
    StackName: "s",
    TemplateBody: JSON.stringify({
      Parameters: { Password: { Type: "String", NoEcho: true, Default: "hush" } },
      Resources: {
        Own: { Type: "Custom::Thing", Properties: { ServiceToken: TopicArn, ...properties } },
        ...more,
      },
      Outputs: { Name: { Value: { Ref: "Own" } } },
    }),
  });
  const reasons = async (logicalId: string) => {
    const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: "s" });
    return StackEvents.filter((one) => one.LogicalResourceId === logicalId)
      .map(({ ResourceStatus, ResourceStatusReason = "" }) =>
        `${ResourceStatus} ${ResourceStatusReason}`.trim(),
      )
      .toReversed();
  };
  return { ...stacks, template, heard, put, serve, reasons, TopicArn };
}

const using = (value: unknown) => ({
  User: { Type: "Test::Fake::Thing", Properties: { Value: value } },
});

test("a provider creates, updates and deletes a resource, and its data is had by GetAtt", async (t) => {
  const { client, template, serve, status, physical, things, cloud, reasons } = await stage(t);
  const more = using({ "Fn::GetAtt": ["Own", "Address.Host"] });
  await client.CreateStack(template({ Size: 3, Deep: { Flag: true } }, more));
  const created = await serve({ PhysicalResourceId: "own-1", Data: { "Address.Host": "a.b" } });
  assert.equal(created["RequestType"], "Create");
  assert.equal(created["ResourceType"], "Custom::Thing");
  assert.deepEqual(
    [created["LogicalResourceId"], created["PhysicalResourceId"]],
    ["Own", undefined],
  );
  const { ServiceToken, ...given } = created["ResourceProperties"];
  assert.equal(ServiceToken, created["ServiceToken"]);
  assert.deepEqual(given, { Size: "3", Deep: { Flag: "true" } });
  await cloud.advance("10s");
  assert.equal(await status("s"), "CREATE_COMPLETE");
  assert.equal(await physical("s", "Own"), "own-1");
  assert.equal(things.get(await physical("s", "User"))!.properties["Value"], "a.b");
  assert.deepEqual(await reasons("Own"), [
    "CREATE_IN_PROGRESS",
    "CREATE_IN_PROGRESS Resource creation Initiated",
    "CREATE_COMPLETE",
  ]);

  await client.UpdateStack(template({ Size: 4 }, more));
  const updated = await serve({ PhysicalResourceId: "own-1", Data: { "Address.Host": "c.d" } });
  assert.deepEqual(
    [updated["RequestType"], updated["PhysicalResourceId"], updated["OldResourceProperties"].Size],
    ["Update", "own-1", "3"],
  );
  assert.notEqual(updated["RequestId"], created["RequestId"]);
  await cloud.advance("10s");
  assert.equal(await status("s"), "UPDATE_COMPLETE");
  assert.equal(things.get(await physical("s", "User"))!.properties["Value"], "c.d");

  await client.DeleteStack({ StackName: "s" });
  await cloud.advance("5s");
  const deleted = await serve({ PhysicalResourceId: "own-1" });
  assert.deepEqual(
    [deleted["RequestType"], deleted["PhysicalResourceId"], deleted["ResourceProperties"].Size],
    ["Delete", "own-1", "4"],
  );
  await cloud.advance("10s");
  const { StackSummaries } = await client.ListStacks({});
  assert.equal(StackSummaries![0]!.StackStatus, "DELETE_COMPLETE");
});

test("another id in an update replaces the resource: the old one is deleted in the cleanup", async (t) => {
  const { client, template, serve, status, physical, cloud, trail, heard } = await stage(t);
  await client.CreateStack(template({ Size: 1 }));
  await serve({ PhysicalResourceId: "own-1" });
  await cloud.advance("5s");
  await client.UpdateStack(template({ Size: 2 }));
  await serve({ PhysicalResourceId: "own-2" });
  const deleted = await serve({ PhysicalResourceId: "own-1" });
  assert.deepEqual(
    [deleted["RequestType"], deleted["PhysicalResourceId"], deleted["ResourceProperties"].Size],
    ["Delete", "own-1", "1"],
  );
  await cloud.advance("10s");
  assert.equal(await status("s"), "UPDATE_COMPLETE");
  assert.equal(await physical("s", "Own"), "own-2");
  assert.deepEqual((await trail("s")).slice(-4), [
    "s UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
    "Own DELETE_IN_PROGRESS",
    "Own DELETE_COMPLETE",
    "s UPDATE_COMPLETE",
  ]);
  await client.DeleteStack({ StackName: "s" });
  assert.equal((await heard())[0]!["PhysicalResourceId"], "own-2");
});

test("an update that fails elsewhere deletes the replacement, and the old one is the stack's again", async (t) => {
  const { client, template, serve, status, physical, cloud } = await stage(t);
  await client.CreateStack(template({ Size: 1 }, using("x")));
  await serve({ PhysicalResourceId: "own-1" });
  await cloud.advance("5s");
  const failing = {
    User: {
      Type: "Test::Fake::Thing",
      DependsOn: "Own",
      Properties: { Value: "y", Fail: "update" },
    },
  };
  await client.UpdateStack(template({ Size: 2 }, failing));
  await serve({ PhysicalResourceId: "own-2" });
  await cloud.advance("5s");
  const deleted = await serve({ PhysicalResourceId: "own-2" });
  assert.deepEqual([deleted["RequestType"], deleted["PhysicalResourceId"]], ["Delete", "own-2"]);
  await cloud.advance("10s");
  assert.equal(await status("s"), "UPDATE_ROLLBACK_COMPLETE");
  assert.equal(await physical("s", "Own"), "own-1");
});

test("an update that the provider refuses is taken back with the old properties", async (t) => {
  const { client, template, serve, status, cloud, reasons } = await stage(t);
  await client.CreateStack(template({ Size: 1 }));
  await serve({ PhysicalResourceId: "own-1" });
  await cloud.advance("5s");
  await client.UpdateStack(template({ Size: 2 }));
  const refused = await serve({ Status: "FAILED", Reason: "no", PhysicalResourceId: "own-1" });
  const back = await serve({ PhysicalResourceId: "own-1" });
  assert.deepEqual(
    [back["RequestType"], back["ResourceProperties"].Size, back["OldResourceProperties"].Size],
    ["Update", "1", "2"],
  );
  await cloud.advance("10s");
  assert.equal(await status("s"), "UPDATE_ROLLBACK_COMPLETE");
  assert.ok(
    (await reasons("Own")).includes(
      `UPDATE_FAILED Received response status [FAILED] from custom resource. Message returned: no (RequestId: ${refused["RequestId"]})`,
    ),
  );
});

test("a creation that failed is deleted under the id that the provider gave", async (t) => {
  const { client, template, serve, status, cloud } = await stage(t);
  await client.CreateStack(template({}));
  await serve({ Status: "FAILED", Reason: "no", PhysicalResourceId: "half-made" });
  const deleted = await serve({ PhysicalResourceId: "half-made" });
  assert.deepEqual(
    [deleted["RequestType"], deleted["PhysicalResourceId"]],
    ["Delete", "half-made"],
  );
  await cloud.advance("10s");
  assert.equal(await status("s"), "ROLLBACK_COMPLETE");
});

test("a provider that does not answer in time fails the resource, after an hour or as told", async (t) => {
  const { client, template, heard, put, status, cloud, reasons } = await stage(t);
  await client.CreateStack(template({}));
  const [request] = await heard();
  await cloud.advance("59m");
  assert.equal(await status("s"), "CREATE_IN_PROGRESS");
  await cloud.advance("2m");
  assert.equal(await status("s"), "ROLLBACK_IN_PROGRESS");
  assert.match(
    (await reasons("Own")).find((one) => one.startsWith("CREATE_FAILED"))!,
    new RegExp(
      `^CREATE_FAILED CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId \\[${request!["RequestId"]}\\]`,
    ),
  );
  // The delete in the rollback names the resource, which has no id of the provider's.
  const [deleted] = await heard();
  assert.match(deleted!["PhysicalResourceId"], /^s-Own-[A-Z0-9]{12}$/);
  await put(deleted!["ResponseURL"], { Status: "SUCCESS", PhysicalResourceId: "x" });
  await cloud.advance("10s");
  assert.equal(await status("s"), "ROLLBACK_COMPLETE");
  await client.CreateStack({ ...template({ ServiceTimeout: "60" }), StackName: "quick" });
  await cloud.advance("59s");
  assert.equal(await status("quick"), "CREATE_IN_PROGRESS");
  await cloud.advance("2s");
  assert.equal(await status("quick"), "ROLLBACK_IN_PROGRESS");
});

test("what a provider does not give, and a token that changes, fail in CloudFormation's words", async (t) => {
  const { client, template, serve, cloud, reasons, TopicArn } = await stage(t);
  await assert.rejects(
    client.CreateStack({
      StackName: "t",
      TemplateBody: JSON.stringify({ Resources: { Own: { Type: "Custom::Thing" } } }),
    }),
    { message: /#: required key \[ServiceToken\] not found/ },
  );
  await client.CreateStack(template({}, using("x")));
  const { RequestId, StackId } = await serve({ PhysicalResourceId: "own-1" });
  await cloud.advance("5s");
  await client.UpdateStack(template({}, using({ "Fn::GetAtt": ["Own", "Gone"] })));
  await cloud.advance("10s");
  assert.ok(
    (await reasons("User")).includes(
      `UPDATE_FAILED CustomResource attribute error: Vendor response doesn't contain Gone attribute in object ${StackId}|Own|${RequestId}`,
    ),
  );
  await client.UpdateStack(template({ ServiceToken: `${TopicArn}-other` }, using("x")));
  await cloud.advance("5s");
  assert.ok(
    (await reasons("Own")).includes("UPDATE_FAILED Modifying service token is not allowed."),
  );
});

test("what an answer or a parameter with NoEcho brings is masked in events, and reaches its resource", async (t) => {
  const { client, template, serve, cloud, things, physical } = await stage(t);
  const more = {
    ...using({ "Fn::Sub": "pw=${Own.Secret}" }),
    Other: { Type: "Test::Fake::Thing", Properties: { Value: { Ref: "Password" }, Count: 2 } },
  };
  await client.CreateStack(template({}, more));
  await serve({ PhysicalResourceId: "own-1", NoEcho: true, Data: { Secret: "s3cret" } });
  await cloud.advance("10s");
  assert.equal(things.get(await physical("s", "User"))!.properties["Value"], "pw=s3cret");
  assert.equal(things.get(await physical("s", "Other"))!.properties["Value"], "hush");
  const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: "s" });
  const shown = (id: string) =>
    StackEvents.find((one) => one.LogicalResourceId === id)?.ResourceProperties;
  assert.deepEqual(JSON.parse(shown("User")!), { Value: "pw=****" });
  assert.deepEqual(JSON.parse(shown("Other")!), { Value: "****", Count: 2 });
});

test("only the first answer counts, and only for a request that was sent", async (t) => {
  const { client, template, heard, put, physical, cloud } = await stage(t);
  await client.CreateStack(template({}));
  const [{ ResponseURL }] = (await heard()) as [Heard];
  const answer = { Status: "SUCCESS", PhysicalResourceId: "own-1" };
  assert.equal(await put(`${ResponseURL}0`, answer), 403);
  assert.equal(await put(ResponseURL, answer), 200);
  assert.equal(await put(ResponseURL, { ...answer, PhysicalResourceId: "own-2" }), 200);
  await cloud.advance("5s");
  assert.equal(await physical("s", "Own"), "own-1");
});
