import { defineNamespace } from "./namespace.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-servicediscovery-publicdnsnamespace.html */
export const resourceType = defineNamespace({
  type: "AWS::ServiceDiscovery::PublicDnsNamespace",
  members: { Properties: "any" },
  attributes: ["Id", "Arn", "HostedZoneId"],
  create: ({ clients, properties }, common) =>
    clients.servicediscovery.CreatePublicDnsNamespace({
      ...common,
      ...(properties["Properties"] && { Properties: properties["Properties"] }),
    }),
  update: ({ clients, physicalId, properties }) =>
    clients.servicediscovery.UpdatePublicDnsNamespace({
      Id: physicalId,
      Namespace: {
        Description: properties["Description"] ?? "",
        ...(properties["Properties"] && { Properties: properties["Properties"] }),
      },
    }),
});
