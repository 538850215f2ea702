import { defineResourceType, type Properties } from "../resource-type.ts";

const certificatesOf = (properties: Properties): { CertificateArn: string }[] =>
  properties["Certificates"] ?? [];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-listenercertificate.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::ListenerCertificate",
  async create({ clients, properties, name }) {
    await clients.elbv2.AddListenerCertificates({
      ListenerArn: properties["ListenerArn"],
      Certificates: certificatesOf(properties),
    });
    return name;
  },
  async update({ clients, properties, previous }) {
    const { ListenerArn } = properties;
    const now = certificatesOf(properties);
    const gone = certificatesOf(previous).filter(
      ({ CertificateArn }) => !now.some((kept) => kept.CertificateArn === CertificateArn),
    );
    await clients.elbv2.AddListenerCertificates({ ListenerArn, Certificates: now });
    if (gone.length > 0)
      await clients.elbv2.RemoveListenerCertificates({ ListenerArn, Certificates: gone });
  },
  async delete({ clients, properties }) {
    await clients.elbv2.RemoveListenerCertificates({
      ListenerArn: properties["ListenerArn"],
      Certificates: certificatesOf(properties),
    });
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
