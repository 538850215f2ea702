import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";
import { addFlows, type FlowSums } from "./accumulate.ts";
import { defaultFormat, fieldsOf, flowLine } from "./format.ts";

const flow = {
  direction: "ingress",
  accepted: true,
  protocol: 6,
  remoteIp: "10.0.0.9",
  remotePort: 40_000,
  localPort: 80,
  packets: 3,
  bytes: 180,
  tcpFlags: 2,
} as const;
const place = {
  account: "123456789012",
  region: "us-east-1",
  interfaceId: "eni-1",
  vpcId: "vpc-1",
  subnetId: "subnet-1",
  instanceId: "i-1",
  zoneId: "use1-az1",
  privateIp: "10.0.0.5",
  startSeconds: 100,
  endSeconds: 160,
};

test("a line has the fields of its format, in AWS's order of source and destination", () => {
  const names = fieldsOf(defaultFormat)!;
  assert.equal(
    flowLine(names, place, flow, "OK"),
    "2 123456789012 eni-1 10.0.0.9 10.0.0.5 40000 80 6 3 180 100 160 ACCEPT OK",
  );
  assert.equal(
    flowLine(names, place, { ...flow, direction: "egress", accepted: false }, "OK"),
    "2 123456789012 eni-1 10.0.0.5 10.0.0.9 80 40000 6 3 180 100 160 REJECT OK",
  );
  assert.equal(
    flowLine(names, place, undefined, "NODATA"),
    "2 123456789012 eni-1 - - - - - - - 100 160 - NODATA",
  );
  const custom = fieldsOf("${version} ${az-id} ${flow-direction} ${tcp-flags}")!;
  assert.equal(flowLine(custom, place, flow, "OK"), "5 use1-az1 ingress 2");
  assert.equal(fieldsOf("${version} ${nothing}"), undefined);
  assert.equal(fieldsOf("version"), undefined);
});

test("a conversation of several minutes is one record", () => {
  const sums: FlowSums = new Map();
  addFlows(sums, [flow]);
  addFlows(sums, [
    { ...flow, packets: 1, bytes: 40, tcpFlags: 1 },
    { ...flow, accepted: false },
  ]);
  assert.deepEqual(
    [...sums.values()].map(({ packets, bytes, tcpFlags }) => [packets, bytes, tcpFlags]),
    [
      [4, 220, 3],
      [3, 180, 2],
    ],
  );
});

test("a log group hears of each interface at the end of the interval, and failures are shown", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const [vpc] = (await ec2.DescribeVpcs({})).Vpcs!;
  const create = (more: object) =>
    ec2.CreateFlowLogs({
      ResourceType: "VPC",
      ResourceIds: [vpc!.VpcId!],
      TrafficType: "ALL",
      MaxAggregationInterval: 60,
      ...more,
    });
  const group = { LogGroupName: "flows", DeliverLogsPermissionArn: "arn:aws:iam::1:role/x" };
  const { FlowLogIds } = await create(group);
  await assert.rejects(create(group), { code: "FlowLogAlreadyExists" });
  await assert.rejects(create({ LogDestinationType: "s3" }), { code: "InvalidParameter" });
  await assert.rejects(create({ ...group, LogFormat: "${what}" }), { code: "InvalidParameter" });
  const { Unsuccessful } = await create({
    LogDestinationType: "s3",
    LogDestination: "arn:aws:s3:::nowhere",
  });
  assert.equal(Unsuccessful![0]!.Error!.Message, "LogDestination: nowhere does not exist.");
  await cloud.clients.s3(cloud.caller).CreateBucket({ Bucket: "flows" });
  await create({ LogDestinationType: "s3", LogDestination: "arn:aws:s3:::flows/here/" });
  await cloud.run();
  await cloud.advance("6m");
  const logs = cloud.clients.logs(cloud.caller);
  const { logStreams } = await logs.DescribeLogStreams({ logGroupName: "flows" });
  assert.match(logStreams![0]!.logStreamName!, /^eni-[0-9a-f]+-all$/);
  const { events } = await logs.FilterLogEvents({ logGroupName: "flows" });
  // No packet of a simulated machine can be counted.
  assert.match(events![0]!.message!, /^2 \d{12} eni-\w+ (?:- ){7}\d+ \d+ - SKIPDATA$/);
  const { Contents } = await cloud.clients.s3(cloud.caller).ListObjectsV2({ Bucket: "flows" });
  assert.match(
    Contents![0]!.Key!,
    /^here\/AWSLogs\/\d{12}\/vpcflowlogs\/us-east-1\/\d{4}\/\d\d\/\d\d\/\d{12}_vpcflowlogs_us-east-1_fl-\w+_\d{8}T\d{4}Z_\w+\.log\.gz$/,
  );
  await ec2.DeleteFlowLogs({ FlowLogIds });
  assert.equal((await ec2.DescribeFlowLogs({})).FlowLogs!.length, 1);
  await assert.rejects(ec2.DeleteFlowLogs({ FlowLogIds }), {
    code: "InvalidFlowLogId.NotFound",
    message: `These flow log ids in the input list are not found: [TotalCount: 1] ${FlowLogIds![0]}`,
  });
  await cloud.stop();
});
