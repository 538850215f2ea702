import { ownTags, pick, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, type ExistingRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-eventbus.html */
export const resourceType = defineResourceType({
  type: "AWS::Events::EventBus",
  unsupported: {
    EventSourceName: "there are no partners",
    LogConfig: "event buses write no logs",
  },
  async create({ clients, properties, tags }) {
    await clients.events.CreateEventBus({
      Name: properties["Name"],
      ...pick(properties, "DeadLetterConfig", "Description", "KmsKeyIdentifier"),
      Tags: tagList(ownTags(tags)),
    });
    return properties["Name"];
  },
  async find(request) {
    const name: string = request.properties["Name"];
    return (await describe({ ...request, physicalId: name })) ? name : undefined;
  },
  async configure({ clients, properties, physicalId }) {
    const { Policy: policy } = properties;
    if (policy !== undefined)
      await clients.events.PutPermission({
        EventBusName: physicalId,
        Policy: JSON.stringify(policy),
      });
  },
  async update(request) {
    const { clients, properties, physicalId, changed } = request;
    await clients.events.UpdateEventBus({
      Name: physicalId,
      ...pick(properties, "DeadLetterConfig", "Description", "KmsKeyIdentifier"),
    });
    const { Policy: policy } = properties;
    if (changed.includes("Policy"))
      await (policy === undefined
        ? clients.events.RemovePermission({ EventBusName: physicalId, RemoveAllPermissions: true })
        : clients.events.PutPermission({
            EventBusName: physicalId,
            Policy: JSON.stringify(policy),
          }));
    const { added, removed } = tagChanges(request);
    if (removed.length === 0 && Object.keys(added).length === 0) return;
    const ResourceARN = (await describe(request))?.Arn;
    if (removed.length > 0) await clients.events.UntagResource({ ResourceARN, TagKeys: removed });
    const own = tagList(ownTags(added));
    if (own.length > 0) await clients.events.TagResource({ ResourceARN, Tags: own });
  },
  async delete({ clients, physicalId }) {
    const { Rules = [] } = await clients.events.ListRules({ EventBusName: physicalId });
    for (const { Name } of Rules)
      await clients.events.DeleteRule({ Name, EventBusName: physicalId });
    await clients.events.DeleteEventBus({ Name: physicalId });
  },
  async attributes(request) {
    const bus = await describe(request);
    return { Arn: bus?.Arn, Name: bus?.Name, Policy: bus?.Policy };
  },
});

async function describe({ clients, physicalId }: Pick<ExistingRequest, "clients" | "physicalId">) {
  const { EventBuses = [] } = await clients.events.ListEventBuses({ NamePrefix: physicalId });
  return EventBuses.find(({ Name }) => Name === physicalId);
}
