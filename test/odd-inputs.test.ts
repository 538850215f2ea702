/** What no client of AWS's sends gets AWS's answer, not an error of the program. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { encodeToken } from "#services/kit/pagination.ts";

const cloud = createTestCloud();
after(() => cloud.stop());
const clients = {
  cloudwatch: cloud.clients.cloudwatch(cloud.caller),
  ec2: cloud.clients.ec2(cloud.caller),
  logs: cloud.clients.logs(cloud.caller),
  s3: cloud.clients.s3(cloud.caller),
  ssm: cloud.clients.ssm(cloud.caller),
};
/** As another list's token is made. */
const token = encodeToken("us-east-1/r7i.24xlarge");

test("tokens of other lists are no tokens", async () => {
  const { cloudwatch, logs } = clients;
  for (const NextToken of [token, encodeToken("7"), encodeToken('{"a":1}')])
    await assert.rejects(cloudwatch.ListMetrics({ NextToken }), { code: "InvalidNextToken" });
  await logs.CreateLogGroup({ logGroupName: "group" });
  await assert.rejects(logs.FilterLogEvents({ logGroupName: "group", nextToken: token }), {
    code: "InvalidParameterException",
    message: "The specified nextToken is invalid.",
  });
});

test("a filter of documents without a key is refused", async () => {
  await assert.rejects(clients.ssm.ListDocuments({ Filters: [{ Values: [] }] }), {
    code: "InvalidFilterKey",
  });
});

test("kinds and forms of keys are those that EC2 has", async () => {
  for (const changes of [{ KeyType: "dsa" }, { KeyFormat: "der" }])
    await assert.rejects(clients.ec2.CreateKeyPair({ KeyName: "key", ...(changes as object) }), {
      code: "InvalidParameterValue",
      message: /^Value \(d..\) for parameter key(Type|Format) is invalid\.$/,
    });
});

test("a placement group without a name is unknown", async () => {
  await assert.rejects(clients.ec2.DeletePlacementGroup({ GroupName: "" }), {
    code: "InvalidPlacementGroup.Unknown",
  });
});

test("a header of a reply that HTTP cannot carry is refused, not sent", async () => {
  await clients.s3.CreateBucket({ Bucket: "bucket" });
  await clients.s3.PutObject({ Bucket: "bucket", Key: "key", Body: Buffer.from("a") });
  const read = (ResponseContentDisposition: string) =>
    clients.s3.GetObject({ Bucket: "bucket", Key: "key", ResponseContentDisposition });
  for (const value of ['attachment; filename="日本.txt"', "a\r\nSet-Cookie: b"])
    await assert.rejects(read(value), {
      code: "InvalidArgument",
      message: "Header value cannot be represented using ISO-8859-1.",
      members: { ArgumentName: "response-content-disposition", ArgumentValue: value },
    });
  const { ContentDisposition } = await read("attachment; filename=grüße");
  assert.equal(ContentDisposition, "attachment; filename=grüße");
});
