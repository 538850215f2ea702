import { defineResourceType, type ExistingRequest, type StackClients } from "../resource-type.ts";

/**
 * AddTrustStoreRevocations knows no token: what was there before is written down as the physical id until the lists are
 * added, so that those of an interrupted try are told from others. Identifiers grow, and those of one call follow one
 * another.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-elasticloadbalancingv2-truststorerevocation.html
 */
export const resourceType = defineResourceType({
  type: "AWS::ElasticLoadBalancingV2::TrustStoreRevocation",
  isNamedLater: true,
  async create({ clients, properties }) {
    const TrustStoreArn = String(properties["TrustStoreArn"]);
    const ids = (await listsOf(clients, TrustStoreArn)).map((one) => one.RevocationId!);
    return `${TrustStoreArn}|>${Math.max(0, ...ids)}`;
  },
  async stabilize(request) {
    const { clients, properties, physicalId } = request;
    const TrustStoreArn = String(properties["TrustStoreArn"]);
    const RevocationContents = properties["RevocationContents"];
    let added = await ownLists(request);
    if (added.length === 0)
      added = (await clients.elbv2.AddTrustStoreRevocations({ TrustStoreArn, RevocationContents }))
        .TrustStoreRevocations!;
    return {
      ready: true,
      physicalId: isPending(physicalId) ? `${TrustStoreArn}|${added[0]!.RevocationId}` : physicalId,
      attributes: { TrustStoreRevocations: added },
    };
  },
  async delete(request) {
    const RevocationIds = (await ownLists(request)).map((one) => one.RevocationId!);
    if (RevocationIds.length === 0) return;
    const [TrustStoreArn = ""] = request.physicalId.split("|");
    await request.clients.elbv2.RemoveTrustStoreRevocations({ TrustStoreArn, RevocationIds });
  },
  attributes: async ({ physicalId }) => ({ RevocationId: Number(physicalId.split("|")[1]) }),
});

const isPending = (physicalId: string) => physicalId.includes("|>");

async function ownLists({ clients, physicalId, properties }: ExistingRequest) {
  const [trustStoreArn = "", id = ""] = physicalId.split("|");
  const first = isPending(physicalId) ? Number(id.slice(1)) + 1 : Number(id);
  const count = (properties["RevocationContents"] ?? []).length;
  const all = await listsOf(clients, trustStoreArn);
  const behind = all.filter(({ RevocationId = 0 }) => RevocationId >= first);
  // Behind a mark the first that came are the resource's own, whatever number they have.
  const from = isPending(physicalId) ? (behind[0]?.RevocationId ?? first) : first;
  return behind.filter(({ RevocationId = 0 }) => RevocationId < from + count);
}

async function listsOf(clients: StackClients, TrustStoreArn: string) {
  const found = await clients.elbv2.DescribeTrustStoreRevocations({ TrustStoreArn });
  return found.TrustStoreRevocations!;
}
