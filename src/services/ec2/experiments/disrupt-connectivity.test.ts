import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";
import { parseCidr } from "../network/cidr.ts";
import { outsideOf } from "./disrupt-connectivity.ts";

const scope = { account: "123456789012", region: "us-east-1" };

interface Shown {
  experimentId: string;
  state: string;
  reason?: string;
  actions: Record<string, { subnetIds: string[] }>;
}

function setUp() {
  const cloud = createEc2Cloud();
  const ask = (method: "GET" | "POST" | "DELETE", body?: unknown, item?: string) =>
    cloud.host.askOwn("ec2", "experiments", { method, item, body, scope }) as Promise<Shown>;
  const aclOf = async (subnetId: string) => {
    const { NetworkAcls } = await cloud.ec2.DescribeNetworkAcls({
      Filters: [{ Name: "association.subnet-id", Values: [subnetId] }],
    });
    return NetworkAcls![0]!;
  };
  const begin = (parameters: Record<string, string>, target: object) =>
    ask("POST", {
      targets: { nets: { resourceType: "aws:ec2:subnet", ...target } },
      actions: {
        cut: {
          actionId: "aws:network:disrupt-connectivity",
          parameters: { duration: "PT2M", ...parameters },
          targets: { Subnets: "nets" },
        },
      },
    });
  return { cloud, ask, aclOf, begin };
}

test("a subnet's access list is cloned with denials in front, and comes back", async () => {
  const { cloud, ask, aclOf, begin } = setUp();
  const { Subnets } = await cloud.ec2.DescribeSubnets({});
  const zone = "us-east-1b";
  const { SubnetId } = Subnets!.find(({ AvailabilityZone }) => AvailabilityZone === zone)!;
  const original = await aclOf(SubnetId!);
  const begun = await begin({ scope: "all" }, { parameters: { availabilityZoneIdentifier: zone } });
  assert.deepEqual(begun.actions["cut"]!.subnetIds, [SubnetId]);
  await cloud.advance("10s");
  const during = await aclOf(SubnetId!);
  assert.notEqual(during.NetworkAclId, original.NetworkAclId);
  assert.deepEqual(
    during.Tags!.find(({ Key }) => Key === "managedByFIS"),
    { Key: "managedByFIS", Value: "true" },
  );
  const [first, second] = during.Entries!.filter(({ Egress }) => !Egress);
  assert.deepEqual(
    [first!.RuleNumber, first!.RuleAction, first!.CidrBlock],
    [1, "deny", "0.0.0.0/0"],
  );
  assert.deepEqual([second!.RuleNumber, second!.RuleAction], [101, "allow"]);
  await cloud.advance("2m");
  assert.equal((await ask("GET", undefined, begun.experimentId)).state, "completed");
  assert.equal((await aclOf(SubnetId!)).NetworkAclId, original.NetworkAclId);
  const { NetworkAcls } = await cloud.ec2.DescribeNetworkAcls({});
  assert.equal(NetworkAcls!.length, 1);
  await cloud.stop();
});

test("other zones, the world outside the VPC, and a prefix list can be cut off", async () => {
  const { cloud, ask, aclOf, begin } = setUp();
  const { Subnets } = await cloud.ec2.DescribeSubnets({});
  const [subnet, ...others] = Subnets!;
  const { PrefixList } = await cloud.ec2.CreateManagedPrefixList({
    PrefixListName: "partners",
    AddressFamily: "IPv4",
    MaxEntries: 2,
    Entries: [{ Cidr: "198.51.100.0/24" }],
  });
  const denied = async (parameters: Record<string, string>) => {
    const begun = await begin(parameters, { resourceArns: [subnet!.SubnetArn] });
    await cloud.advance("5s");
    const { Entries } = await aclOf(subnet!.SubnetId!);
    await ask("DELETE", undefined, begun.experimentId);
    await cloud.advance("30s");
    return Entries!
      .filter(
        ({ Egress, RuleAction, RuleNumber }) =>
          Egress && RuleAction === "deny" && RuleNumber! < 32_767,
      )
      .map(({ CidrBlock }) => CidrBlock!);
  };
  assert.deepEqual(
    (await denied({ scope: "availability-zone" })).toSorted(),
    others.map(({ CidrBlock }) => CidrBlock!).toSorted(),
  );
  const outside = await denied({ scope: "vpc" });
  assert.equal(outside.length, 16, "a /16 leaves a block of each size");
  assert.ok(outside.includes("172.30.0.0/16"));
  const list = { scope: "prefix-list", prefixListIdentifier: PrefixList!.PrefixListId! };
  assert.deepEqual(await denied(list), ["198.51.100.0/24"]);

  const { experimentId } = await begin({ scope: "s3" }, { resourceArns: [subnet!.SubnetArn] });
  await cloud.advance("5s");
  assert.match((await ask("GET", undefined, experimentId)).reason!, /scope is all, /);
  await cloud.stop();
});

test("what lies outside of blocks is made of as few blocks as can be", () => {
  assert.deepEqual(outsideOf([parseCidr("0.0.0.0/1")!]), ["128.0.0.0/1"]);
  assert.deepEqual(outsideOf([parseCidr("64.0.0.0/2")!, parseCidr("128.0.0.0/1")!]), ["0.0.0.0/2"]);
  assert.deepEqual(outsideOf([]), ["0.0.0.0/0"]);
});
