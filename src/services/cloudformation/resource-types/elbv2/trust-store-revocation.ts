import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-truststorerevocation.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::TrustStoreRevocation",
  async create(request) {
    const { clients, properties } = request;
    const { TrustStoreRevocations } = await clients.elbv2.AddTrustStoreRevocations({
      TrustStoreArn: properties["TrustStoreArn"],
      RevocationContents: properties["RevocationContents"],
    });
    const [first] = TrustStoreRevocations!;
    request.remember({ TrustStoreRevocations });
    return `${properties["TrustStoreArn"]}|${first!.RevocationId}`;
  },
  async delete({ clients, physicalId }) {
    const [TrustStoreArn = "", id] = physicalId.split("|");
    await clients.elbv2.RemoveTrustStoreRevocations({ TrustStoreArn, RevocationIds: [Number(id)] });
  },
  attributes: async ({ physicalId }) => ({ RevocationId: Number(physicalId.split("|")[1]) }),
});
