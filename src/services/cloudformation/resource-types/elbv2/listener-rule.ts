import { pick, tagList } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";
import { actionsOf } from "./actions.ts";
import { updateTags } from "./tagged.ts";

function input(properties: Properties) {
  return {
    Actions: actionsOf(properties["Actions"]),
    Conditions: properties["Conditions"],
    ...pick(properties, "Transforms"),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-listenerrule.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::ListenerRule",
  replacedBy: ["ListenerArn"],
  async create({ clients, properties, tags }) {
    const { Rules } = await clients.elbv2.CreateRule({
      ListenerArn: properties["ListenerArn"],
      Priority: properties["Priority"],
      ...input(properties),
      Tags: tagList(tags),
    });
    return Rules![0]!.RuleArn!;
  },
  async find({ clients, properties, others }) {
    const { Rules = [] } = await clients.elbv2.DescribeRules({
      ListenerArn: properties["ListenerArn"],
    });
    return Rules.find(
      ({ Priority, RuleArn = "" }) =>
        Priority === String(properties["Priority"]) && !others.includes(RuleArn),
    )?.RuleArn;
  },
  async update(request) {
    const { clients, properties, physicalId: RuleArn, changed } = request;
    if (changed.includes("Priority"))
      await clients.elbv2.SetRulePriorities({
        RulePriorities: [{ RuleArn, Priority: properties["Priority"] }],
      });
    await clients.elbv2.ModifyRule({
      RuleArn,
      ...input(properties),
      // A rule keeps the transforms that a change leaves out.
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyRule.html
      ...(properties["Transforms"] === undefined &&
        changed.includes("Transforms") && { ResetTransforms: true }),
    });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.elbv2.DeleteRule({ RuleArn: physicalId });
  },
  attributes: async ({ physicalId }) => ({ RuleArn: physicalId, IsDefault: false }),
});
