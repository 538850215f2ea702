/** Custom resources whose providers are functions: inline code with AWS's module, and code that knows AWS's URLs. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { eventually } from "#runtime/testing/eventually.ts";
import { type Cloud, startCloud } from "#cloud/cloud.ts";

const role = {
  Type: "AWS::IAM::Role",
  Properties: {
    AssumeRolePolicyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: "sts:AssumeRole",
        },
      ],
    },
  },
};

const providerOf = (Runtime: string, ZipFile: string) => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    Runtime,
    Handler: "index.handler",
    Timeout: 60,
    Role: { "Fn::GetAtt": ["Role", "Arn"] },
    Code: { ZipFile },
  },
});

const inlineNode = `
const response = require("cfn-response");
exports.handler = (event, context) => {
  const { Name } = event.ResourceProperties;
  response.send(event, context, response.SUCCESS, { Greeting: "hello " + Name }, "node-" + Name);
};`;

const inlinePython = `
import cfnresponse
def handler(event, context):
    name = event["ResourceProperties"]["Name"]
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Greeting": "hello " + name}, "python-" + name)
`;

// As the CDK's own providers send it: HTTPS on its usual port, from host and path of the URL alone.
const securedNode = `
const https = require("https");
exports.handler = (event) => new Promise((resolve, reject) => {
  const { hostname, pathname } = new URL(event.ResponseURL);
  const body = JSON.stringify({
    Status: "SUCCESS",
    PhysicalResourceId: "secured",
    StackId: event.StackId,
    RequestId: event.RequestId,
    LogicalResourceId: event.LogicalResourceId,
    Data: { Greeting: "hello " + event.RequestType },
  });
  const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
  const request = https.request({ hostname, port: 443, path: pathname, method: "PUT", headers }, (response) => {
    response.resume();
    response.on("end", () => resolve());
  });
  request.on("error", reject);
  request.end(body);
});`;

// As libraries for Node's and Python's functions send it: the URL given to HTTPS as it is.
const wholeNode = `
const https = require("https");
exports.handler = (event) => new Promise((resolve, reject) => {
  const { StackId, RequestId, LogicalResourceId } = event;
  const Data = { Greeting: "hello " + event.RequestType };
  const answer = { Status: "SUCCESS", PhysicalResourceId: "whole", StackId, RequestId, LogicalResourceId, Data };
  const request = https.request(event.ResponseURL, { method: "PUT" }, (response) => {
    response.resume();
    response.on("end", () => resolve());
  });
  request.on("error", reject);
  request.end(JSON.stringify(answer));
});`;

const wholePython = `
import json
from http.client import HTTPSConnection
from urllib.parse import urlsplit
def handler(event, context):
    url = urlsplit(event["ResponseURL"])
    answer = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    answer.update(Status="SUCCESS", PhysicalResourceId="whole", Data={"Greeting": "hello " + event["RequestType"]})
    connection = HTTPSConnection(url.netloc)
    connection.request("PUT", url.path + "?" + url.query, json.dumps(answer), {"content-type": ""})
    connection.getresponse().read()
`;

const customOf = (provider: string) => ({
  Type: "Custom::Greeting",
  Properties: {
    ServiceToken: { "Fn::GetAtt": [provider, "Arn"] },
    Name: "Ada",
    ServiceTimeout: 120,
  },
});

const reach = ({ endpoint }: Cloud) => ({
  endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
});

/** The stack once its operation is over; undefined once it is gone. */
async function settled(client: CloudFormationClient, StackName: string) {
  // The host's time: the providers are programs that run in it.
  const { stack } = await eventually("the stack settles", async () => {
    const { Stacks = [] } = await client
      .send(new DescribeStacksCommand({ StackName }))
      .catch((error: Error) => {
        if (/does not exist/.test(error.message)) return { Stacks: [] };
        throw error;
      });
    const [found] = Stacks;
    return !found?.StackStatus?.endsWith("_IN_PROGRESS") && { stack: found };
  });
  return stack;
}

test("functions provide custom resources", async (t) => {
  const cloud = await startCloud({ compute: "simulated", logLevel: "error" });
  t.after(() => cloud.stop());
  const client = new CloudFormationClient(reach(cloud));
  const greeting = (id: string) => ({ Value: { "Fn::GetAtt": [id, "Greeting"] } });
  const TemplateBody = JSON.stringify({
    Resources: {
      Role: role,
      Node: providerOf("nodejs22.x", inlineNode),
      Python: providerOf("python3.13", inlinePython),
      Secured: providerOf("nodejs22.x", securedNode),
      WholeNode: providerOf("nodejs22.x", wholeNode),
      WholePython: providerOf("python3.13", wholePython),
      ByNode: customOf("Node"),
      ByPython: customOf("Python"),
      BySecured: customOf("Secured"),
      ByWholeNode: customOf("WholeNode"),
      ByWholePython: customOf("WholePython"),
    },
    Outputs: {
      Node: greeting("ByNode"),
      Python: greeting("ByPython"),
      Secured: greeting("BySecured"),
      WholeNode: greeting("ByWholeNode"),
      WholePython: greeting("ByWholePython"),
      Name: { Value: { Ref: "ByPython" } },
    },
  });
  const StackName = "greetings";
  await client.send(
    new CreateStackCommand({ StackName, TemplateBody, Capabilities: ["CAPABILITY_IAM"] }),
  );
  const made = (await settled(client, StackName))!;
  assert.equal(made.StackStatus, "CREATE_COMPLETE", made.StackStatusReason ?? "");
  const outputs = Object.fromEntries(
    made.Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  assert.deepEqual(outputs, {
    Node: "hello Ada",
    Python: "hello Ada",
    Secured: "hello Create",
    WholeNode: "hello Create",
    WholePython: "hello Create",
    Name: "python-Ada",
  });
  await client.send(new DeleteStackCommand({ StackName }));
  assert.equal(await settled(client, StackName), undefined);
});

test("an answer that comes after a restart completes its custom resource", async (t) => {
  const dataDir = await mkdtemp(join(tmpdir(), "fogbank-custom-"));
  const before = await startCloud({ compute: "simulated", logLevel: "error", dataDir });
  let running: Cloud | undefined = before;
  t.after(async () => {
    await running?.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const topicArn = { Ref: "Topic" };
  const queueArn = { "Fn::GetAtt": ["Queue", "Arn"] };
  const Policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
      },
    ],
  };
  const StackName = "patient";
  const TemplateBody = JSON.stringify({
    Resources: {
      Topic: { Type: "AWS::SNS::Topic" },
      Queue: { Type: "AWS::SQS::Queue", Properties: { QueueName: "asked" } },
      Policy: {
        Type: "AWS::SQS::QueuePolicy",
        Properties: { Queues: [{ Ref: "Queue" }], PolicyDocument: Policy },
      },
      Subscription: {
        Type: "AWS::SNS::Subscription",
        DependsOn: "Policy",
        Properties: {
          TopicArn: topicArn,
          Protocol: "sqs",
          Endpoint: queueArn,
          RawMessageDelivery: true,
        },
      },
      Asked: {
        Type: "Custom::Asked",
        DependsOn: "Subscription",
        Properties: { ServiceToken: topicArn },
      },
    },
    Outputs: {
      Name: { Value: { Ref: "Asked" } },
      Word: { Value: { "Fn::GetAtt": ["Asked", "Word"] } },
    },
  });
  await new CloudFormationClient(reach(before)).send(
    new CreateStackCommand({ StackName, TemplateBody }),
  );
  const QueueUrl = `${before.endpoint}/000000000000/asked`;
  const asked = await eventually("the provider is asked", async () => {
    // The queue comes with the stack.
    const received = await new SQSClient(reach(before))
      .send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }))
      .catch(() => undefined);
    return received?.Messages?.[0]?.Body;
  });
  const request = JSON.parse(asked) as Record<string, string>;
  await before.stop();
  running = undefined;

  const port = Number(new URL(before.endpoint).port);
  const after = await startCloud({ compute: "simulated", logLevel: "error", dataDir, port });
  running = after;
  const answered = await fetch(request.ResponseURL!, {
    method: "PUT",
    body: JSON.stringify({
      Status: "SUCCESS",
      PhysicalResourceId: "answered-late",
      StackId: request.StackId,
      RequestId: request.RequestId,
      LogicalResourceId: request.LogicalResourceId,
      Data: { Word: "patience" },
    }),
  });
  assert.equal(answered.status, 200);
  const made = (await settled(new CloudFormationClient(reach(after)), StackName))!;
  assert.equal(made.StackStatus, "CREATE_COMPLETE", made.StackStatusReason ?? "");
  const outputs = made.Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]);
  assert.deepEqual(Object.fromEntries(outputs), { Name: "answered-late", Word: "patience" });
});
