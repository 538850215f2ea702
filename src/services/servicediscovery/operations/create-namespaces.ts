import type { NamespaceType, Tag } from "@aws-sdk/client-servicediscovery";
import { formatArn } from "#services/kit/arn.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { limitExceeded, namespaceExists, tooManyTags } from "../errors.ts";
import { httpNameOf } from "../find.ts";
import { drawId } from "../ids.ts";
import { limits } from "../limits.ts";
import { beginOperation } from "../operation-records.ts";
import { namespaces, type NamespaceRecord } from "../records.ts";

interface Wish {
  Name?: string | undefined;
  CreatorRequestId?: string | undefined;
  Description?: string | undefined;
  Tags?: Tag[] | undefined;
  vpcId?: string | undefined;
  soaTtl?: number | undefined;
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html and its neighbours */
export const createNamespaceOperations: Operations<"servicediscovery", undefined> = {
  CreateHttpNamespace: (input, context) => create(context, "HTTP", input),
  CreatePrivateDnsNamespace: ({ Properties, Vpc, ...input }, context) =>
    create(context, "DNS_PRIVATE", {
      ...input,
      vpcId: Vpc,
      soaTtl: Properties?.DnsProperties?.SOA?.TTL,
    }),
  CreatePublicDnsNamespace: ({ Properties, ...input }, context) =>
    create(context, "DNS_PUBLIC", {
      ...input,
      soaTtl: Properties?.DnsProperties?.SOA?.TTL,
    }),
};

async function create(
  context: Context,
  type: NamespaceType,
  wish: Wish,
): Promise<{ OperationId: string }> {
  const { random, store } = context;
  if ((wish.Tags?.length ?? 0) > limits.tagsPerResource) throw tooManyTags(wish.Name!);
  return store.transaction(async (tx) => {
    const all = await namespaces.list(tx, context);
    const repeated = all.find(
      (one) =>
        wish.CreatorRequestId !== undefined && one.creatorRequestId === wish.CreatorRequestId,
    );
    if (repeated) {
      const { name, type: itsType, vpcId } = repeated;
      if (name === wish.Name && itsType === type && vpcId === wish.vpcId)
        return { OperationId: repeated.creationId };
      throw namespaceExists(repeated.id, repeated.creatorRequestId);
    }
    // Private namespaces of one name may exist in different VPCs, and public ones beside each other.
    const same = all.find(
      (one) =>
        one.name === wish.Name &&
        one.type === type &&
        one.vpcId === wish.vpcId &&
        type !== "DNS_PUBLIC",
    );
    if (same) throw namespaceExists(same.id, same.creatorRequestId);
    if (all.length >= limits.namespaces) throw limitExceeded("namespaces");
    const id = drawId(random, "ns");
    const OperationId = beginOperation(
      tx,
      context,
      { type: "CREATE_NAMESPACE", targets: { NAMESPACE: id }, namespaceId: id },
      type === "HTTP",
    );
    const namespace: NamespaceRecord = {
      id,
      arn: formatArn("servicediscovery", context, `namespace/${id}`),
      name: wish.Name!,
      type,
      description: wish.Description,
      creatorRequestId: wish.CreatorRequestId ?? random.uuid(),
      createdMs: context.clock.now(),
      vpcId: wish.vpcId,
      soaTtl: wish.soaTtl,
      // "If you reuse Name for namespace creation, a generated hash is added to HttpName" (API_DiscoverInstances).
      ...(all.some((one) => httpNameOf(one) === wish.Name) && {
        httpName: `${wish.Name}-${random.hex(16)}`,
      }),
      phase: type === "HTTP" ? "ready" : "creating",
      operationId: OperationId,
      creationId: OperationId,
      tags: tagsFromList(wish.Tags),
    };
    namespaces.put(tx, context, [id], namespace);
    return { OperationId };
  });
}
