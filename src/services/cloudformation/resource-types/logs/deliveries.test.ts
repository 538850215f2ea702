import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const rule = (key: string) =>
  JSON.stringify({
    Schema: { Name: "CloudWatchLogRule", Version: 1 },
    LogGroupNames: ["web"],
    LogFormat: "JSON",
    Contribution: { Keys: [key], Filters: [] },
    AggregateOn: "Count",
  });

const template = (key: string, stage: string, policy?: object) =>
  JSON.stringify({
    Resources: {
      Talkers: {
        Type: "AWS::CloudWatch::InsightRule",
        Properties: {
          RuleName: "talkers",
          RuleState: "ENABLED",
          RuleBody: rule(key),
          Tags: [{ Key: "stage", Value: stage }],
        },
      },
      Archive: {
        Type: "AWS::Logs::DeliveryDestination",
        Properties: {
          Name: "archive",
          DestinationResourceArn: "arn:aws:s3:::archive",
          OutputFormat: "json",
          Tags: [{ Key: "stage", Value: stage }],
          ...(policy && { DeliveryDestinationPolicy: { DeliveryDestinationPolicy: policy } }),
        },
      },
      Front: {
        Type: "AWS::ElasticLoadBalancingV2::LoadBalancer",
        Properties: { Name: "front", Type: "network", Subnets: [{ Ref: "Subnet" }] },
      },
      Lines: {
        Type: "AWS::Logs::DeliverySource",
        Properties: {
          Name: "lines",
          ResourceArn: { Ref: "Front" },
          LogType: "NLB_ACCESS_LOGS",
          Tags: [{ Key: "stage", Value: stage }],
        },
      },
    },
    Parameters: { Subnet: { Type: "String" } },
    Outputs: {
      Rule: { Value: { "Fn::GetAtt": ["Talkers", "Arn"] } },
      RuleName: { Value: { Ref: "Talkers" } },
      Archive: { Value: { "Fn::GetAtt": ["Archive", "Arn"] } },
      Lines: { Value: { "Fn::GetAtt": ["Lines", "Arn"] } },
    },
  });

test("insight rules, delivery destinations and sources are made, changed and deleted", async () => {
  const cloud = createTestCloud();
  const { cloudformation, cloudwatch, logs, ec2 } = {
    cloudformation: cloud.clients.cloudformation(cloud.caller),
    cloudwatch: cloud.clients.cloudwatch(cloud.caller),
    logs: cloud.clients.logs(cloud.caller),
    ec2: cloud.clients.ec2(cloud.caller),
  };
  const { Subnets } = await ec2.DescribeSubnets({});
  const StackName = "logs";
  const Parameters = [{ ParameterKey: "Subnet", ParameterValue: Subnets![0]!.SubnetId! }];
  const status = async () => {
    const { Stacks } = await cloudformation.DescribeStacks({ StackName });
    const { StackStatus, Outputs = [] } = Stacks![0]!;
    return {
      StackStatus,
      outputs: Object.fromEntries(Outputs.map((one) => [one.OutputKey!, one.OutputValue!])),
    };
  };
  const policy = { Version: "2012-10-17", Statement: [] };
  await cloudformation.CreateStack({
    StackName,
    TemplateBody: template("$.ip", "test", policy),
    Parameters,
  });
  await cloud.advance("3m");
  const made = await status();
  assert.equal(made.StackStatus, "CREATE_COMPLETE");
  assert.deepEqual(made.outputs, {
    Rule: "arn:aws:cloudwatch:us-east-1:123456789012:insight-rule/talkers",
    RuleName: "talkers",
    Archive: "arn:aws:logs:us-east-1:123456789012:delivery-destination:archive",
    Lines: "arn:aws:logs:us-east-1:123456789012:delivery-source:lines",
  });
  const named = { deliveryDestinationName: "archive" };
  assert.deepEqual(await logs.GetDeliveryDestinationPolicy(named), {
    policy: { deliveryDestinationPolicy: JSON.stringify(policy) },
  });
  await cloudformation.UpdateStack({
    StackName,
    TemplateBody: template("$.user", "live"),
    Parameters,
  });
  await cloud.advance("3m");
  assert.equal((await status()).StackStatus, "UPDATE_COMPLETE");
  const { InsightRules } = await cloudwatch.DescribeInsightRules({});
  assert.equal(InsightRules![0]!.Definition, rule("$.user"));
  const { Tags } = await cloudwatch.ListTagsForResource({ ResourceARN: made.outputs["Rule"] });
  assert.ok(Tags!.some(({ Key, Value }) => Key === "stage" && Value === "live"));
  assert.deepEqual(await logs.GetDeliveryDestinationPolicy(named), { policy: {} });
  for (const resourceArn of [made.outputs["Archive"], made.outputs["Lines"]])
    assert.deepEqual(await logs.ListTagsForResource({ resourceArn }), { tags: { stage: "live" } });
  await cloudformation.DeleteStack({ StackName });
  await cloud.advance("3m");
  assert.deepEqual(await cloudwatch.DescribeInsightRules({}), { InsightRules: [] });
  assert.deepEqual(await logs.DescribeDeliveryDestinations({}), { deliveryDestinations: [] });
  assert.deepEqual(await logs.DescribeDeliverySources({}), { deliverySources: [] });
  await cloud.stop();
});
