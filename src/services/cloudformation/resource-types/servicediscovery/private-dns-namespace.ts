import { defineNamespace } from "./namespace.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-servicediscovery-privatednsnamespace.html */
export const resourceType = defineNamespace({
  type: "AWS::ServiceDiscovery::PrivateDnsNamespace",
  members: { Properties: "any", Vpc: "string" },
  attributes: ["Id", "Arn", "HostedZoneId"],
  create: ({ clients, properties }, common) =>
    clients.servicediscovery.CreatePrivateDnsNamespace({
      ...common,
      Vpc: properties["Vpc"],
      ...(properties["Properties"] && { Properties: properties["Properties"] }),
    }),
  update: ({ clients, physicalId, properties }) =>
    clients.servicediscovery.UpdatePrivateDnsNamespace({
      Id: physicalId,
      Namespace: {
        Description: properties["Description"] ?? "",
        ...(properties["Properties"] && { Properties: properties["Properties"] }),
      },
    }),
});
