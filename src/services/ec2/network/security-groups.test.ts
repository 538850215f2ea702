import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

async function withGroup(
  run: (
    ec2: ReturnType<ReturnType<typeof createTestCloud>["clients"]["ec2"]>,
    GroupId: string,
  ) => Promise<void>,
) {
  const cloud = createTestCloud();
  const ec2 = cloud.clients.ec2(cloud.caller);
  const made = await ec2.CreateSecurityGroup({ GroupName: "web", Description: "web tier" });
  await run(ec2, made.GroupId!);
  await cloud.stop();
}

const http = {
  IpProtocol: "tcp",
  FromPort: 80,
  ToPort: 80,
  IpRanges: [{ CidrIp: "0.0.0.0/0", Description: "everybody" }],
};

test("a rule is added once, found by its id, and taken away", () =>
  withGroup(async (ec2, GroupId) => {
    const { SecurityGroupRules: rules } = await ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [http],
      TagSpecifications: [
        { ResourceType: "security-group-rule", Tags: [{ Key: "for", Value: "web" }] },
      ],
    });
    assert.match(rules![0]!.SecurityGroupRuleId!, /^sgr-0[0-9a-f]{16}$/);
    await assert.rejects(ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [http] }), {
      code: "InvalidPermission.Duplicate",
      message:
        'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists',
    });
    const { SecurityGroups: groups } = await ec2.DescribeSecurityGroups({ GroupIds: [GroupId] });
    assert.deepEqual(groups![0]!.IpPermissions, [
      { ...http, Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] },
    ]);
    assert.equal(groups![0]!.IpPermissionsEgress![0]!.IpProtocol, "-1");
    const flat = { GroupId, IpProtocol: "tcp", FromPort: 80, ToPort: 80, CidrIp: "0.0.0.0/0" };
    const { RevokedSecurityGroupRules: revoked } = await ec2.RevokeSecurityGroupIngress(flat);
    assert.equal(revoked![0]!.SecurityGroupRuleId, rules![0]!.SecurityGroupRuleId);
    await assert.rejects(ec2.RevokeSecurityGroupIngress(flat), {
      code: "InvalidPermission.NotFound",
      message: "The specified rule does not exist in this security group.",
    });
  }));

test("a group has a description", () =>
  withGroup(async (ec2) => {
    await assert.rejects(ec2.CreateSecurityGroup({ GroupName: "x", Description: "" }), {
      code: "MissingParameter",
      message: "The request must contain the parameter GroupDescription",
    });
  }));

test("rules of a group whose id has no id's form are refused", () =>
  withGroup(async (ec2) => {
    const Filters = [{ Name: "group-id", Values: ["foobar"] }];
    await assert.rejects(ec2.DescribeSecurityGroupRules({ Filters }), {
      code: "InvalidGroupId.Malformed",
      message: "The security group ID 'foobar' is malformed",
    });
  }));

test("a group that another group's rule names cannot be deleted", () =>
  withGroup(async (ec2, GroupId) => {
    const { GroupId: other } = await ec2.CreateSecurityGroup({
      GroupName: "db",
      Description: "databases",
    });
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId: other,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId }] },
      ],
    });
    await assert.rejects(ec2.DeleteSecurityGroup({ GroupId }), {
      code: "DependencyViolation",
      message: `resource ${GroupId} has a dependent object`,
    });
    await ec2.DeleteSecurityGroup({ GroupId: other });
    await ec2.DeleteSecurityGroup({ GroupId });
    await assert.rejects(ec2.DescribeSecurityGroups({ GroupIds: [GroupId] }), {
      code: "InvalidGroup.NotFound",
      message: `The security group '${GroupId}' does not exist`,
    });
  }));

test("rules are changed in place, and described anew", () =>
  withGroup(async (ec2, GroupId) => {
    const { SecurityGroupRules: rules } = await ec2.AuthorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [http],
    });
    const SecurityGroupRuleId = rules![0]!.SecurityGroupRuleId!;
    const read = async () =>
      (await ec2.DescribeSecurityGroupRules({ SecurityGroupRuleIds: [SecurityGroupRuleId] }))
        .SecurityGroupRules![0]!;
    await ec2.UpdateSecurityGroupRuleDescriptionsIngress({
      GroupId,
      SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: "all the world" }],
    });
    assert.equal((await read()).Description, "all the world");
    await ec2.ModifySecurityGroupRules({
      GroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId,
          SecurityGroupRule: {
            IpProtocol: "tcp",
            FromPort: 443,
            ToPort: 443,
            CidrIpv4: "10.0.0.0/8",
          },
        },
      ],
    });
    const changed = await read();
    assert.deepEqual([changed.FromPort, changed.CidrIpv4], [443, "10.0.0.0/8"]);
  }));

test("names and ports follow EC2's rules", () =>
  withGroup(async (ec2, GroupId) => {
    const create = (GroupName: string) =>
      ec2.CreateSecurityGroup({ GroupName, Description: "text" });
    await assert.rejects(create("web"), { code: "InvalidGroup.Duplicate" });
    await assert.rejects(create("default"), {
      message: "Cannot use reserved security group name: default",
    });
    await assert.rejects(create("sg-mine"), { code: "InvalidParameterValue" });
    const open = (change: object) =>
      ec2.AuthorizeSecurityGroupIngress({ GroupId, IpPermissions: [{ ...http, ...change }] });
    await assert.rejects(open({ ToPort: 70_000 }), { code: "InvalidParameterValue" });
    await assert.rejects(open({ FromPort: 90 }), { code: "InvalidParameterValue" });
    await assert.rejects(open({ IpProtocol: "smtp" }), {
      message: "Invalid value 'smtp' for IP protocol. Unknown protocol.",
    });
    await assert.rejects(open({ IpRanges: [{ CidrIp: "10.0.0.0/40" }] }), {
      message: "CIDR block 10.0.0.0/40 is malformed",
    });
    const [group] = (await ec2.DescribeSecurityGroups({ GroupNames: ["default"] })).SecurityGroups!;
    await assert.rejects(ec2.DeleteSecurityGroup({ GroupId: group!.GroupId }), {
      code: "CannotDelete",
    });
  }));

test("a filter by the name of a rule's group finds rules made with that name only", () =>
  withGroup(async (ec2, GroupId) => {
    const { GroupId: db } = await ec2.CreateSecurityGroup({
      GroupName: "db",
      Description: "databases",
    });
    const Filters = [{ Name: "ip-permission.group-name", Values: ["web"] }];
    const found = async () =>
      (await ec2.DescribeSecurityGroups({ Filters })).SecurityGroups!.map((one) => one.GroupId);
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId: db,
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
    });
    assert.deepEqual(await found(), []);
    await ec2.AuthorizeSecurityGroupIngress({
      GroupId: db,
      IpPermissions: [
        {
          IpProtocol: "tcp",
          FromPort: 80,
          ToPort: 80,
          UserIdGroupPairs: [{ GroupName: "web" }],
        },
      ],
    });
    assert.deepEqual(await found(), [db]);
  }));
