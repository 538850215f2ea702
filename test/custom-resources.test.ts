/** Custom resources whose providers are functions: inline code with AWS's module, and code that knows AWS's URLs. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { startCloud } from "#cloud/cloud.ts";

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

const customOf = (provider: string) => ({
  Type: "Custom::Greeting",
  Properties: {
    ServiceToken: { "Fn::GetAtt": [provider, "Arn"] },
    Name: "Ada",
    ServiceTimeout: 30,
  },
});

test("functions provide custom resources", async (t) => {
  const cloud = await startCloud({ compute: "simulated", logLevel: "error" });
  t.after(() => cloud.stop());
  const client = new CloudFormationClient({
    endpoint: cloud.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const greeting = (id: string) => ({ Value: { "Fn::GetAtt": [id, "Greeting"] } });
  const TemplateBody = JSON.stringify({
    Resources: {
      Role: role,
      Node: providerOf("nodejs22.x", inlineNode),
      Python: providerOf("python3.13", inlinePython),
      Secured: providerOf("nodejs22.x", securedNode),
      ByNode: customOf("Node"),
      ByPython: customOf("Python"),
      BySecured: customOf("Secured"),
    },
    Outputs: {
      Node: greeting("ByNode"),
      Python: greeting("ByPython"),
      Secured: greeting("BySecured"),
      Name: { Value: { Ref: "ByPython" } },
    },
  });
  const StackName = "greetings";
  /** The stack once its operation is over; undefined once it is gone. */
  const settled = async () => {
    for (let looks = 0; looks < 600; looks++) {
      const { Stacks = [] } = await client
        .send(new DescribeStacksCommand({ StackName }))
        .catch((error: Error) => {
          if (/does not exist/.test(error.message)) return { Stacks: [] };
          throw error;
        });
      const [stack] = Stacks;
      if (!stack?.StackStatus?.endsWith("_IN_PROGRESS")) return stack;
      // The host's time: the providers are programs that run in it.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("the stack does not settle");
  };
  await client.send(
    new CreateStackCommand({ StackName, TemplateBody, Capabilities: ["CAPABILITY_IAM"] }),
  );
  const made = (await settled())!;
  assert.equal(made.StackStatus, "CREATE_COMPLETE", made.StackStatusReason ?? "");
  const outputs = Object.fromEntries(
    made.Outputs!.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
  );
  assert.deepEqual(outputs, {
    Node: "hello Ada",
    Python: "hello Ada",
    Secured: "hello Create",
    Name: "python-Ada",
  });
  await client.send(new DeleteStackCommand({ StackName }));
  assert.equal(await settled(), undefined);
});
