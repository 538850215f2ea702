import { AwsError } from "#model/error.ts";
import { pick, tagList } from "../properties.ts";
import { defineResourceType, type Properties } from "../resource-type.ts";
import { updateTags } from "./tagged.ts";

const bundle = [
  "CaCertificatesBundleS3Bucket",
  "CaCertificatesBundleS3Key",
  "CaCertificatesBundleS3ObjectVersion",
];

function bundleOf(properties: Properties) {
  return {
    CaCertificatesBundleS3Bucket: String(properties["CaCertificatesBundleS3Bucket"]),
    CaCertificatesBundleS3Key: String(properties["CaCertificatesBundleS3Key"]),
    ...pick(properties, "CaCertificatesBundleS3ObjectVersion"),
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-truststore.html */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::TrustStore",
  name: { property: "Name", maxLength: 32 },
  async create({ clients, properties, name, tags }) {
    const { TrustStores } = await clients.elbv2.CreateTrustStore({
      Name: name,
      ...bundleOf(properties),
      Tags: tagList(tags),
    });
    return TrustStores![0]!.TrustStoreArn!;
  },
  async find({ clients, name }) {
    try {
      const { TrustStores } = await clients.elbv2.DescribeTrustStores({ Names: [name] });
      return TrustStores?.[0]?.TrustStoreArn;
    } catch (error) {
      if (error instanceof AwsError && /TrustStoreNotFound/.test(error.code)) return undefined;
      throw error;
    }
  },
  async update(request) {
    const { clients, properties, physicalId: TrustStoreArn, changed } = request;
    if (changed.some((name) => bundle.includes(name)))
      await clients.elbv2.ModifyTrustStore({
        TrustStoreArn,
        ...bundleOf(properties),
      });
    await updateTags(request);
  },
  async delete({ clients, physicalId }) {
    await clients.elbv2.DeleteTrustStore({ TrustStoreArn: physicalId });
  },
  async attributes({ clients, physicalId }) {
    const { TrustStores } = await clients.elbv2.DescribeTrustStores({
      TrustStoreArns: [physicalId],
    });
    const [store] = TrustStores ?? [];
    return {
      TrustStoreArn: physicalId,
      Status: store?.Status,
      NumberOfCaCertificates: store?.NumberOfCaCertificates,
    };
  },
});
