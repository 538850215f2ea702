import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createStackTest } from "../testing/stacks.ts";

type Json = Record<string, unknown>;

const parameters = {
  Vpc: { Type: "AWS::EC2::VPC::Id" },
  Subnets: { Type: "List<AWS::EC2::Subnet::Id>" },
  Group: { Type: "AWS::EC2::SecurityGroup::Id" },
  Size: { Type: "String", Default: "small" },
};

async function createScene(t: TestContext) {
  const { client, cloud } = createStackTest();
  t.after(() => cloud.stop());
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { Vpcs } = await ec2.DescribeVpcs({});
  const Vpc = Vpcs![0]!.VpcId!;
  const { Subnets: all } = await ec2.DescribeSubnets({});
  const { SecurityGroups } = await ec2.DescribeSecurityGroups({});
  const Group = SecurityGroups![0]!.GroupId!;
  const zones = ["us-east-1a", "us-east-1b"];
  const subnets = zones.map(
    (zone) => all!.find(({ AvailabilityZone }) => AvailabilityZone === zone)!.SubnetId!,
  );
  await ec2.CreateTags({ Resources: [Vpc, Group], Tags: [{ Key: "Team", Value: "shop" }] });
  const given: Record<string, string> = { Vpc, Subnets: subnets.join(","), Group };
  /** What CreateStack of a template with the assertion is answered. */
  const check = async (Assert: Json, values = given, RuleCondition?: Json) => {
    const answer = await client
      .CreateStack({
        StackName: "web",
        OnFailure: "DELETE",
        TemplateBody: JSON.stringify({
          Parameters: parameters,
          Rules: {
            Right: {
              ...(RuleCondition && { RuleCondition }),
              Assertions: [{ Assert, AssertDescription: "not as it should be" }],
            },
          },
          Resources: { A: { Type: "Test::Fake::Thing" } },
        }),
        Parameters: Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
      })
      .then(
        () => "right",
        (error: Error) => error.message,
      );
    const { Stacks = [] } = await client.DescribeStacks({});
    for (const { StackId } of Stacks) await client.DeleteStack({ StackName: StackId! });
    await cloud.advance("10s");
    return answer;
  };
  return { check, ec2, given, Group, Vpc };
}

const wrong = "Template error: Assertion failed in rule Right: not as it should be";
const valueOf = (...names: string[]) => ({ "Fn::ValueOf": names });
const valueOfAll = (...names: string[]) => ({ "Fn::ValueOfAll": names });

test("rules ask for attributes of what parameters name", async (t) => {
  const { check, ec2, given, Vpc } = await createScene(t);
  const { NetworkAcls } = await ec2.DescribeNetworkAcls({});
  const cases: [Json, string][] = [
    [{ "Fn::EachMemberEquals": [valueOf("Subnets", "VpcId"), { Ref: "Vpc" }] }, "right"],
    [{ "Fn::EachMemberEquals": [valueOf("Subnets", "VpcId"), "vpc-1"] }, wrong],
    [
      {
        "Fn::EachMemberIn": [
          valueOfAll("AWS::EC2::Subnet::Id", "AvailabilityZone"),
          ["us-east-1a", "us-east-1b", "us-east-1c"],
        ],
      },
      "right",
    ],
    [{ "Fn::Contains": [valueOf("Subnets", "AvailabilityZone"), "us-east-1c"] }, wrong],
    [{ "Fn::Equals": [valueOf("Vpc", "Tags.Team"), "shop"] }, "right"],
    [{ "Fn::Equals": [valueOf("Group", "Tags.Team"), "shop"] }, "right"],
    [{ "Fn::Equals": [valueOf("Vpc", "Tags.None"), "shop"] }, wrong],
    [
      { "Fn::Equals": [valueOf("Vpc", "DefaultNetworkAcl"), NetworkAcls![0]!.NetworkAclId] },
      "right",
    ],
    [{ "Fn::Equals": [valueOf("Vpc", "DefaultSecurityGroup"), given["Group"]] }, "right"],
    [{ "Fn::Contains": [{ "Fn::RefAll": "AWS::EC2::VPC::Id" }, Vpc] }, "right"],
    [{ "Fn::Not": [{ "Fn::Equals": [valueOf("Vpc", "Tags.Team"), "shop"] }] }, wrong],
    [
      { "Fn::Equals": [valueOf("Vpc", "Colour"), "red"] },
      "Template error: AWS::EC2::VPC::Id has no attribute Colour for rules.",
    ],
    [
      { "Fn::Equals": [valueOf("Size", "Colour"), "red"] },
      "Template error: rules cannot ask for attributes of String.",
    ],
    [{ "Fn::Equals": [{ Ref: "Size" }, "small"] }, "right"],
    [
      { "Fn::Equals": [{ "Fn::GetAZs": "" }, "a"] },
      "Template format error: Conditions and Rules can only use parameters, pseudo parameters and mappings",
    ],
  ];
  for (const [assertion, answer] of cases)
    assert.equal(await check(assertion), answer, JSON.stringify(assertion));
});

test("what does not exist fails the rule that asks for it, and no rule that does not apply", async (t) => {
  const { check, given } = await createScene(t);
  const asks = { "Fn::EachMemberEquals": [valueOf("Subnets", "VpcId"), { Ref: "Vpc" }] };
  const lost = { ...given, Subnets: "subnet-0123456789abcdef0" };
  assert.equal(
    await check(asks, lost),
    "Template error: a rule asks for VpcId of subnet-0123456789abcdef0, which does not exist.",
  );
  const large = { "Fn::Equals": [{ Ref: "Size" }, "large"] };
  assert.equal(await check(asks, lost, large), "right");
  const ours = { "Fn::Equals": [valueOf("Vpc", "Tags.Team"), "shop"] };
  assert.equal(await check(large, given, ours), wrong);
  assert.equal(await check(large, given, { "Fn::Not": [ours] }), "right");
});
