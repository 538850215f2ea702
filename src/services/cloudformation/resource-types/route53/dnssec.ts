import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-route53-dnssec.html */
export const resourceType = defineResourceType({
  type: "AWS::Route53::DNSSEC",
  async create({ clients, properties }) {
    await clients.route53.EnableHostedZoneDNSSEC({ HostedZoneId: properties["HostedZoneId"] });
    return properties["HostedZoneId"];
  },
  async delete({ clients, physicalId }) {
    await clients.route53.DisableHostedZoneDNSSEC({ HostedZoneId: physicalId });
  },
  attributes: async () => ({}),
});
