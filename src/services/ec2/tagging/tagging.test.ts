import assert from "node:assert/strict";
import { test } from "node:test";
import { asService } from "#services/kit/principal.ts";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

test("tags are set on several resources at once, and taken away by key or by key and value", async () => {
  const cloud = createEc2Cloud();
  const Resources = await cloud.run(2);
  await cloud.ec2.CreateTags({
    Resources,
    Tags: [
      { Key: "env", Value: "prod" },
      { Key: "role", Value: "web" },
    ],
  });
  await cloud.ec2.DeleteTags({ Resources, Tags: [{ Key: "env", Value: "test" }, { Key: "role" }] });
  const { Tags } = await cloud.ec2.DescribeTags({
    Filters: [{ Name: "resource-id", Values: Resources }],
  });
  assert.deepEqual(
    Tags!.map(({ Key, Value }) => `${Key}=${Value}`),
    ["env=prod", "env=prod"],
  );
  await cloud.stop();
});

test("a description tells tags in the order in which they were set", async () => {
  const cloud = createEc2Cloud();
  const Resources = await cloud.run();
  await cloud.ec2.CreateTags({ Resources, Tags: [{ Key: "role", Value: "web" }] });
  await cloud.ec2.CreateTags({ Resources, Tags: [{ Key: "env", Value: "prod" }] });
  const { Reservations } = await cloud.ec2.DescribeInstances({});
  assert.deepEqual(Reservations![0]!.Instances![0]!.Tags, [
    { Key: "role", Value: "web" },
    { Key: "env", Value: "prod" },
  ]);
  await cloud.stop();
});

test("a resource that is not there fails the whole request", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  const Tags = [{ Key: "a", Value: "b" }];
  await assert.rejects(cloud.ec2.CreateTags({ Resources: [id, "i-00000000000000000"], Tags }), {
    code: "InvalidInstanceID.NotFound",
  });
  await assert.rejects(cloud.ec2.CreateTags({ Resources: ["what"], Tags }), {
    code: "InvalidID",
    message: "The ID 'what' is not valid",
  });
  assert.deepEqual((await cloud.ec2.DescribeTags({})).Tags, []);
  await cloud.stop();
});

test("keys that begin with aws: are for services, and fifty tags are the most", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  const aws = { Resources: [id], Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }] };
  await assert.rejects(cloud.ec2.CreateTags(aws), { code: "InvalidParameterValue" });
  const service = cloud.clients.ec2(asService(cloud.caller, "autoscaling.amazonaws.com"));
  await service.CreateTags(aws);
  const many = Array.from({ length: 50 }, (_none, index) => ({ Key: `k${index}`, Value: "" }));
  await cloud.ec2.CreateTags({ Resources: [id], Tags: many });
  await assert.rejects(
    cloud.ec2.CreateTags({ Resources: [id], Tags: [{ Key: "one more", Value: "" }] }),
    { code: "TagLimitExceeded" },
  );
  await cloud.stop();
});
