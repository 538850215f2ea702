import { AwsError } from "#model/error.ts";
import { pick, shortToken, tagChanges, tagList } from "../properties.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-servicediscovery-service.html */
export const resourceType = defineResourceType({
  type: "AWS::ServiceDiscovery::Service",
  name: { property: "Name", maxLength: 127 },
  replacedBy: ["DnsConfig.NamespaceId", "DnsConfig.RoutingPolicy"],
  async create(request) {
    const { clients, properties, name, tags } = request;
    const { Service } = await clients.servicediscovery.CreateService({
      ...pick(
        properties,
        "NamespaceId",
        "Description",
        "DnsConfig",
        "HealthCheckConfig",
        "HealthCheckCustomConfig",
        "Type",
      ),
      Name: name,
      CreatorRequestId: shortToken(request),
      Tags: tagList(tags),
    });
    return Service!.Id!;
  },
  async find({ clients, properties, name }) {
    const NamespaceId: string = properties["NamespaceId"] ?? properties["DnsConfig"]?.NamespaceId;
    const Filters = [{ Name: "NAMESPACE_ID" as const, Values: [NamespaceId] }];
    let NextToken: string | undefined;
    do {
      const page = await clients.servicediscovery.ListServices({ Filters, NextToken });
      const found = page.Services?.find(({ Name }) => Name === name);
      if (found) return found.Id;
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return undefined;
  },
  async configure({ clients, physicalId, properties }) {
    const Attributes: Record<string, string> | undefined = properties["ServiceAttributes"];
    if (Attributes)
      await clients.servicediscovery.UpdateServiceAttributes({ ServiceId: physicalId, Attributes });
  },
  /** An update is done when the records of its instances have followed. */
  async stabilize({ clients, physicalId }) {
    const { Operations = [] } = await clients.servicediscovery.ListOperations({
      Filters: [
        { Name: "SERVICE_ID", Values: [physicalId] },
        { Name: "TYPE", Values: ["UPDATE_SERVICE"] },
        { Name: "STATUS", Condition: "IN", Values: ["SUBMITTED", "PENDING"] },
      ],
    });
    return Operations.length === 0;
  },
  async update(request) {
    const { clients, physicalId, properties, previous } = request;
    const map = clients.servicediscovery;
    const settings = (of: typeof properties) =>
      JSON.stringify([of["Description"], of["DnsConfig"], of["HealthCheckConfig"]]);
    if (settings(properties) !== settings(previous))
      await map.UpdateService({
        Id: physicalId,
        Service: {
          Description: properties["Description"] ?? "",
          ...(properties["DnsConfig"] && {
            DnsConfig: { DnsRecords: properties["DnsConfig"].DnsRecords },
          }),
          ...(properties["HealthCheckConfig"] && {
            HealthCheckConfig: properties["HealthCheckConfig"],
          }),
        },
      });
    const attributes: Record<string, string> = properties["ServiceAttributes"] ?? {};
    const gone = Object.keys(previous["ServiceAttributes"] ?? {}).filter(
      (key) => !(key in attributes),
    );
    if (gone.length > 0)
      await map.DeleteServiceAttributes({ ServiceId: physicalId, Attributes: gone });
    if (Object.keys(attributes).length > 0)
      await map.UpdateServiceAttributes({ ServiceId: physicalId, Attributes: attributes });
    const { added, removed } = tagChanges(request);
    const { Service } = await map.GetService({ Id: physicalId });
    const ResourceARN = Service!.Arn;
    if (removed.length > 0) await map.UntagResource({ ResourceARN, TagKeys: removed });
    if (Object.keys(added).length > 0) await map.TagResource({ ResourceARN, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    try {
      await clients.servicediscovery.DeleteService({ Id: physicalId });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ServiceNotFound") throw error;
    }
  },
  async attributes({ clients, physicalId }) {
    const { Service } = await clients.servicediscovery.GetService({ Id: physicalId });
    return { Id: physicalId, Arn: Service?.Arn, Name: Service?.Name };
  },
});
