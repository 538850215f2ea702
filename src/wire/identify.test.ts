import assert from "node:assert/strict";
import { test } from "node:test";
import { AwsError } from "#model/error.ts";
import { fakeRequest, type FakeRequest } from "./testing/sdk.ts";
import { decode, encodeError, identify } from "./wire.ts";

function signedFor(service: string, region = "us-east-1") {
  return `AWS4-HMAC-SHA256 Credential=AKID/20260105/${region}/${service}/aws4_request, SignedHeaders=host, Signature=00`;
}

const form = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };

interface Case extends FakeRequest {
  expect: Partial<ReturnType<typeof identify>>;
}

const cases: Record<string, Case> = {
  "a target names service and operation": {
    headers: { "x-amz-target": "DynamoDB_20120810.GetItem", authorization: signedFor("dynamodb") },
    expect: { protocol: "json", service: "dynamodb", operation: "GetItem", region: "us-east-1" },
  },
  "an unsigned target does as well": {
    headers: { "x-amz-target": "Logs_20140328.DescribeLogGroups" },
    expect: { protocol: "json", service: "logs", scope: undefined },
  },
  "SQS in the query protocol": {
    headers: { ...form, authorization: signedFor("sqs", "eu-west-1") },
    target: "/123456789012/orders",
    expect: { protocol: "query", service: "sqs", region: "eu-west-1" },
  },
  "SQS in JSON": {
    headers: { "x-amz-target": "AmazonSQS.SendMessage", authorization: signedFor("sqs") },
    expect: { protocol: "json", service: "sqs" },
  },
  "CloudWatch in CBOR": {
    headers: { "smithy-protocol": "rpc-v2-cbor", authorization: signedFor("monitoring") },
    target: "/service/GraniteServiceVersion20100801/operation/PutMetricData",
    expect: { protocol: "cbor", service: "cloudwatch", operation: "PutMetricData" },
  },
  "CloudWatch in the query protocol": {
    headers: { ...form, authorization: signedFor("monitoring") },
    expect: { protocol: "query", service: "cloudwatch" },
  },
  "EC2 has a query protocol of its own": {
    headers: { ...form, authorization: signedFor("ec2") },
    expect: { protocol: "ec2-query", service: "ec2" },
  },
  "a presigned query request": {
    method: "GET",
    target:
      "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Credential=AKID%2F20260105%2Fus-west-2%2Fsts%2Faws4_request",
    expect: {
      protocol: "query",
      service: "sts",
      operation: "GetCallerIdentity",
      region: "us-west-2",
    },
  },
  "load balancing waits for the version in the body": {
    headers: { ...form, authorization: signedFor("elasticloadbalancing") },
    expect: { protocol: "query", service: undefined, unknown: undefined },
  },
  "an unsigned form waits for the version in the body": {
    headers: { ...form, host: "127.0.0.1:4566" },
    expect: { protocol: "query", service: undefined, unknown: undefined },
  },
  "a host name tells the service of an unsigned form": {
    headers: { ...form, host: "sqs.eu-central-1.localhost.localstack.cloud:4566" },
    expect: { protocol: "query", service: "sqs", region: "eu-central-1" },
  },
  "S3 takes forms as objects": {
    method: "PUT",
    target: "/bucket/key?Action=x",
    headers: { ...form, authorization: signedFor("s3") },
    expect: { protocol: "rest-xml", service: "s3" },
  },
  "what nothing explains is S3's": {
    method: "GET",
    target: "/bucket/key",
    headers: { host: "localhost:4566" },
    expect: { protocol: "rest-xml", service: "s3", scope: undefined },
  },
  "a service that Fogbank does not have is named": {
    headers: { ...form, authorization: signedFor("redshift") },
    expect: { protocol: "query", service: undefined, unknown: "redshift" },
  },
  "an unknown target is named as its clients sign": {
    headers: { "x-amz-target": "Kinesis_20131202.PutRecord", authorization: signedFor("kinesis") },
    expect: { protocol: "json", service: undefined, unknown: "kinesis" },
  },
  "an unknown target that signs as a known service is named by itself": {
    headers: {
      "x-amz-target": "DynamoDBStreams_20120810.ListStreams",
      authorization: signedFor("dynamodb"),
    },
    expect: { protocol: "json", service: undefined, unknown: "DynamoDBStreams_20120810" },
  },
  "an unknown REST service is named": {
    method: "GET",
    target: "/2015-03-31/functions/",
    headers: { authorization: signedFor("appsync") },
    expect: { protocol: "rest-json", service: undefined, unknown: "appsync" },
  },
  "an unknown REST service whose clients read XML is refused in it": {
    method: "GET",
    target: "/2020-05-31/distribution",
    headers: { authorization: signedFor("cloudfront") },
    expect: { protocol: "rest-xml", service: undefined, unknown: "cloudfront" },
  },
  "directory buckets are refused in XML": {
    method: "GET",
    target: "/?x-id=ListDirectoryBuckets",
    headers: { authorization: signedFor("s3express") },
    expect: { protocol: "rest-xml", service: undefined, unknown: "s3express" },
  },
};

for (const [name, { expect, ...fake }] of Object.entries(cases))
  test(name, () => {
    const identified = identify(fakeRequest(fake));
    const read = Object.fromEntries(
      Object.keys(expect).map((key) => [key, identified[key as keyof typeof identified]]),
    );
    assert.deepEqual(read, expect);
  });

test("the version tells the two load balancing services apart", async () => {
  const send = async (body: string) => {
    const headers = { ...form, authorization: signedFor("elasticloadbalancing") };
    const request = fakeRequest({ headers, body });
    return decode(identify(request), request, request.body);
  };
  const decoded = await send("Action=DescribeLoadBalancers&Version=2015-12-01&Names.member.1=a");
  assert.equal(decoded.model.service, "elbv2");
  assert.deepEqual(decoded.input, { Names: ["a"] });
  const classic = await send("Action=DescribeLoadBalancers&Version=2012-06-01");
  assert.equal(classic.model.service, "elb");
  await assert.rejects(send("Action=DescribeLoadBalancers&Version=2009-11-25"), {
    code: "NotImplemented",
    status: 501,
    message: /elasticloadbalancing with version 2009-11-25/,
  });
});

test("an unsigned STS call is found by its version", async () => {
  const body =
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r&RoleSessionName=s&WebIdentityToken=t";
  const request = fakeRequest({ headers: form, body });
  const { operation, input } = await decode(identify(request), request, request.body);
  assert.equal(operation.name, "AssumeRoleWithWebIdentity");
  assert.deepEqual(input, { RoleArn: "r", RoleSessionName: "s", WebIdentityToken: "t" });
});

test("the queue's URL may be the path alone", async () => {
  const headers = { ...form, host: "localhost:4566", authorization: signedFor("sqs") };
  const request = fakeRequest({
    headers,
    target: "/123456789012/orders",
    body: "Action=ReceiveMessage&Version=2012-11-05&AttributeName.1=All",
  });
  const { input } = await decode(identify(request), request, request.body);
  assert.deepEqual(input, {
    AttributeNames: ["All"],
    QueueUrl: "http://localhost:4566/123456789012/orders",
  });
});

test("unknown operations are refused in each protocol's own words", async () => {
  const refusal = async (fake: FakeRequest) => {
    const request = fakeRequest(fake);
    const identified = identify(request);
    try {
      await decode(identified, request, request.body);
    } catch (error) {
      assert(error instanceof AwsError);
      const reply = encodeError(error, { identified, request, requestId: "id" });
      return `${reply.status} ${reply.body as string}`;
    }
    throw new Error("nothing was refused");
  };
  const iam = { headers: { ...form, authorization: signedFor("iam") }, body: "Action=Fly" };
  assert.match(
    await refusal(iam),
    /^400 .*<Code>InvalidAction<\/Code><Message>Could not find operation Fly for version 2010-05-08</,
  );
  const ec2 = { headers: { ...form, authorization: signedFor("ec2") }, body: "Action=Fly" };
  assert.match(await refusal(ec2), /The action Fly is not valid for this web service\./);
  const sqs = { headers: { "x-amz-target": "AmazonSQS.Fly" } };
  assert.match(await refusal(sqs), /^400 .*"com.amazon.coral.service#UnknownOperationException"/);
  const s3 = {
    method: "PATCH",
    target: "/bucket/key",
    headers: { authorization: signedFor("s3") },
  };
  assert.match(await refusal(s3), /^405 .*\n<Error><Code>MethodNotAllowed<\/Code>/);
  const other = { method: "GET", headers: { authorization: signedFor("appsync") } };
  assert.match(await refusal(other), /^501 .*Fogbank does not have appsync/);
});

test("broken bodies are refused in each protocol's own words", async () => {
  const refuse = async (fake: FakeRequest) => {
    const request = fakeRequest(fake);
    await decode(identify(request), request, request.body);
  };
  const target = { "x-amz-target": "DynamoDB_20120810.GetItem" };
  await assert.rejects(refuse({ headers: target, body: "{" }), { code: "SerializationException" });
  await assert.rejects(refuse({ headers: target, body: '{"TableName":1}' }), {
    message: "NUMBER_VALUE cannot be converted to String",
  });
  await assert.rejects(refuse({ headers: target, body: '{"Key":{"a":{"B":"?"}}}' }), {
    code: "SerializationException",
  });
  await assert.rejects(
    refuse({ headers: target, body: `{"Key":{"a":${'{"L":['.repeat(50_000)}` }),
    {
      code: "SerializationException",
    },
  );
  const deep = `{"Key":{"a":${'{"L":['.repeat(20_000)}${"]}".repeat(20_000)}}}`;
  await refuse({ headers: target, body: deep }).catch((error: unknown) =>
    assert.equal((error as AwsError).code, "SerializationException"),
  );
  const ec2 = { ...form, authorization: signedFor("ec2") };
  await assert.rejects(refuse({ headers: ec2, body: "Action=DescribeInstances&MaxResults=x" }), {
    code: "InvalidParameterValue",
  });
  const s3 = { method: "POST", target: "/b?delete", headers: { authorization: signedFor("s3") } };
  await assert.rejects(refuse({ ...s3, body: "<Delete><Object>" }), { code: "MalformedXML" });
  const cbor = { "smithy-protocol": "rpc-v2-cbor" };
  const path = "/service/GraniteServiceVersion20100801/operation/PutMetricData";
  await assert.rejects(refuse({ headers: cbor, target: path, body: Buffer.from("bf61", "hex") }), {
    code: "SerializationException",
  });
});
