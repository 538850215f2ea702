import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const destination = {
  name: "archive",
  outputFormat: "json",
  deliveryDestinationConfiguration: { destinationResourceArn: "arn:aws:s3:::archive" },
} as const;

test("a delivery destination is a bucket or a log group, with one format for good", async () => {
  const cloud = createTestCloud();
  const logs = cloud.clients.logs(cloud.caller);
  const { deliveryDestination } = await logs.PutDeliveryDestination({
    ...destination,
    tags: { stage: "test" },
  });
  const arn = "arn:aws:logs:us-east-1:123456789012:delivery-destination:archive";
  assert.deepEqual(deliveryDestination, {
    ...destination,
    arn,
    deliveryDestinationType: "S3",
    tags: { stage: "test" },
  });
  await assert.rejects(logs.PutDeliveryDestination({ ...destination, outputFormat: "plain" }), {
    code: "ValidationException",
    message: "Update to existing Delivery Destination with new Output Format is not allowed",
  });
  await assert.rejects(
    logs.PutDeliveryDestination({ ...destination, outputFormat: "paper" as "json" }),
    { code: "ValidationException", message: /'outputFormat' failed to satisfy constraint/ },
  );
  const of = (destinationResourceArn: string) =>
    logs.PutDeliveryDestination({
      name: "other",
      deliveryDestinationConfiguration: { destinationResourceArn },
    });
  await assert.rejects(of("arn:aws:firehose:us-east-1:123456789012:deliverystream/one"), {
    code: "NotImplemented",
  });
  await assert.rejects(of("nowhere"), { code: "ValidationException" });
  const group = await of("arn:aws:logs:us-east-1:123456789012:log-group:vended:*");
  assert.equal(group.deliveryDestination!.deliveryDestinationType, "CWL");
  await logs.TagResource({ resourceArn: arn, tags: { owner: "ops" } });
  assert.deepEqual(await logs.ListTagsForResource({ resourceArn: arn }), {
    tags: { stage: "test", owner: "ops" },
  });
  const first = await logs.DescribeDeliveryDestinations({ limit: 1 });
  assert.equal(first.deliveryDestinations![0]!.name, "archive");
  const second = await logs.DescribeDeliveryDestinations({ nextToken: first.nextToken });
  assert.deepEqual(
    second.deliveryDestinations!.map(({ name }) => name),
    ["other"],
  );
  await logs.DeleteDeliveryDestination({ name: "archive" });
  await assert.rejects(logs.GetDeliveryDestination({ name: "archive" }), {
    code: "ResourceNotFoundException",
    message: "Requested Delivery Destination does not exist in this account.",
  });
  await assert.rejects(logs.ListTagsForResource({ resourceArn: arn }), {
    code: "ResourceNotFoundException",
  });
  await cloud.stop();
});

test("a delivery destination's policy is kept until it is deleted", async () => {
  const cloud = createTestCloud();
  const logs = cloud.clients.logs(cloud.caller);
  await logs.PutDeliveryDestination(destination);
  const named = { deliveryDestinationName: "archive" };
  assert.deepEqual(await logs.GetDeliveryDestinationPolicy(named), { policy: {} });
  const deliveryDestinationPolicy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await logs.PutDeliveryDestinationPolicy({ ...named, deliveryDestinationPolicy });
  await logs.PutDeliveryDestination(destination);
  assert.deepEqual(await logs.GetDeliveryDestinationPolicy(named), {
    policy: { deliveryDestinationPolicy },
  });
  await assert.rejects(
    logs.PutDeliveryDestinationPolicy({ ...named, deliveryDestinationPolicy: "yes" }),
    { code: "ValidationException" },
  );
  await logs.DeleteDeliveryDestinationPolicy(named);
  assert.deepEqual(await logs.GetDeliveryDestinationPolicy(named), { policy: {} });
  await cloud.stop();
});

test("a delivery source is a Network Load Balancer that exists", async () => {
  const cloud = createTestCloud();
  const logs = cloud.clients.logs(cloud.caller);
  const { Subnets } = await cloud.clients.ec2(cloud.caller).DescribeSubnets({});
  const { LoadBalancers } = await cloud.clients.elbv2(cloud.caller).CreateLoadBalancer({
    Name: "front",
    Type: "network",
    Subnets: [Subnets![0]!.SubnetId!],
  });
  const resourceArn = LoadBalancers![0]!.LoadBalancerArn!;
  const source = { name: "front", resourceArn, logType: "NLB_ACCESS_LOGS" };
  await logs.PutDeliverySource(source);
  assert.deepEqual(await logs.GetDeliverySource({ name: "front" }), {
    deliverySource: {
      name: "front",
      arn: "arn:aws:logs:us-east-1:123456789012:delivery-source:front",
      resourceArns: [resourceArn],
      service: "elasticloadbalancing",
      logType: "NLB_ACCESS_LOGS",
    },
  });
  await assert.rejects(logs.PutDeliverySource({ ...source, logType: "ACCESS_LOGS" }), {
    code: "ValidationException",
  });
  await assert.rejects(
    logs.PutDeliverySource({ ...source, resourceArn: resourceArn.replace(/.$/, "x") }),
    { code: "ResourceNotFoundException" },
  );
  await assert.rejects(
    logs.PutDeliverySource({
      ...source,
      resourceArn: "arn:aws:cloudfront::123456789012:distribution/E1",
    }),
    { code: "NotImplemented", message: /delivery sources of cloudfront/ },
  );
  await logs.DeleteDeliverySource({ name: "front" });
  assert.deepEqual(await logs.DescribeDeliverySources({}), { deliverySources: [] });
  await cloud.stop();
});
