import { documentText, ownTags, pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-rule.html */
export const resourceType = defineResourceType({
  type: "AWS::Events::Rule",
  name: { property: "Name", maxLength: 64 },
  replacedBy: ["EventBusName"],
  async create({ clients, properties, name, tags }) {
    await clients.events.PutRule({ ...ruleInput(name, properties), Tags: tagList(ownTags(tags)) });
    return name;
  },
  async find(request) {
    return (await describe({ ...request, physicalId: request.name })) ? request.name : undefined;
  },
  async configure({ clients, properties, physicalId }) {
    const { Targets: targets = [] } = properties;
    if (targets.length > 0)
      await clients.events.PutTargets({ ...place(physicalId, properties), Targets: targets });
  },
  async update(request) {
    const { clients, properties, previous, physicalId, changed } = request;
    const rule = place(physicalId, properties);
    await clients.events.PutRule(ruleInput(physicalId, properties));
    if (changed.includes("Targets")) {
      const { Targets: targets = [] } = properties;
      const kept = new Set(targets.map(({ Id }: Properties) => Id));
      const gone: string[] = (previous["Targets"] ?? [])
        .map(({ Id }: Properties) => Id)
        .filter((id: string) => !kept.has(id));
      if (gone.length > 0) await clients.events.RemoveTargets({ ...rule, Ids: gone });
      if (targets.length > 0) await clients.events.PutTargets({ ...rule, Targets: targets });
    }
    const { added, removed } = tagChanges(request);
    if (removed.length === 0 && Object.keys(added).length === 0) return;
    const ResourceARN = (await describe(request))?.Arn;
    if (removed.length > 0) await clients.events.UntagResource({ ResourceARN, TagKeys: removed });
    const own = tagList(ownTags(added));
    if (own.length > 0) await clients.events.TagResource({ ResourceARN, Tags: own });
  },
  async delete({ clients, properties, physicalId }) {
    const rule = place(physicalId, properties);
    const { Targets: targets = [] } = await clients.events.ListTargetsByRule(rule);
    const Ids = targets.map(({ Id }) => Id!);
    if (Ids.length > 0) await clients.events.RemoveTargets({ ...rule, Ids });
    await clients.events.DeleteRule({ Name: physicalId, ...pick(properties, "EventBusName") });
  },
  attributes: async (request) => ({ Arn: (await describe(request))?.Arn }),
});

function place(name: string, properties: Properties) {
  return { Rule: name, ...pick(properties, "EventBusName") };
}

function ruleInput(name: string, properties: Properties) {
  const { EventPattern: pattern } = properties;
  return {
    Name: name,
    ...pick(properties, "Description", "EventBusName", "RoleArn", "ScheduleExpression", "State"),
    ...(pattern !== undefined && { EventPattern: documentText(pattern) }),
  };
}

async function describe({
  clients,
  properties,
  physicalId,
}: Pick<ExistingRequest, "clients" | "properties" | "physicalId">) {
  const { Rules = [] } = await clients.events.ListRules({
    NamePrefix: physicalId,
    ...pick(properties, "EventBusName"),
  });
  return Rules.find(({ Name }) => Name === physicalId);
}
