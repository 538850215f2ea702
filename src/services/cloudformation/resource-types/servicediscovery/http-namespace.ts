import { defineNamespace } from "./namespace.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-servicediscovery-httpnamespace.html */
export const resourceType = defineNamespace({
  type: "AWS::ServiceDiscovery::HttpNamespace",
  members: {},
  attributes: ["Id", "Arn"],
  create: ({ clients }, common) => clients.servicediscovery.CreateHttpNamespace(common),
  update: ({ clients, physicalId, properties }) =>
    clients.servicediscovery.UpdateHttpNamespace({
      Id: physicalId,
      Namespace: { Description: properties["Description"] ?? "" },
    }),
});
