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
  async delete({ clients, physicalId, properties }) {
    const [TrustStoreArn = "", id] = physicalId.split("|");
    const { TrustStoreRevocations = [] } = await clients.elbv2.DescribeTrustStoreRevocations({
      TrustStoreArn,
    });
    // Those that were added in one call follow one another.
    const first = Number(id);
    const behind = first + (properties["RevocationContents"] ?? []).length;
    const RevocationIds = TrustStoreRevocations.map(({ RevocationId }) => RevocationId!).filter(
      (one) => one === first || (one > first && one < behind),
    );
    if (RevocationIds.length > 0)
      await clients.elbv2.RemoveTrustStoreRevocations({ TrustStoreArn, RevocationIds });
  },
  attributes: async ({ physicalId }) => ({ RevocationId: Number(physicalId.split("|")[1]) }),
});
