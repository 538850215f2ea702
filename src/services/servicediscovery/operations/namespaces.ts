import type { Namespace, NamespaceFilter } from "@aws-sdk/client-servicediscovery";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import { inUse, invalidInput, invalidToken } from "../errors.ts";
import { checkFilters } from "../filters.ts";
import { findNamespace, httpNameOf } from "../find.ts";
import { limits } from "../limits.ts";
import { beginOperation, refuseWhileUnderWay } from "../operation-records.ts";
import { namespaces, services, type NamespaceRecord } from "../records.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetNamespace.html and its neighbours */
export const namespaceOperations: Operations<"servicediscovery", undefined> = {
  async GetNamespace({ Id }, context) {
    return context.store.transaction(async (tx) => {
      const namespace = await findNamespace(tx, context, Id);
      const own = (await services.list(tx, context)).filter(
        (one) => one.namespaceId === namespace.id,
      );
      return {
        Namespace: {
          ...show(namespace, own.length, context.account, {}),
          CreatorRequestId: namespace.creatorRequestId,
        },
      };
    });
  },
  async ListNamespaces({ Filters = [], NextToken, MaxResults }, context) {
    checkFilters(Filters, conditions);
    const { all, counts } = await context.store.transaction(async (tx) => ({
      all: await namespaces.list(tx, context),
      counts: Map.groupBy(await services.list(tx, context), ({ namespaceId }) => namespaceId),
    }));
    const chosen = all.filter(
      (one) => one.phase !== "creating" && Filters.every((filter) => matches(one, filter)),
    );
    const page = paginate(chosen, {
      limit: MaxResults ?? limits.listPage,
      token: NextToken,
      keyOf: ({ id }) => id,
      invalidToken,
    });
    return {
      Namespaces: page.items.map((one) =>
        show(one, counts.get(one.id)?.length ?? 0, context.account, noStart),
      ),
      NextToken: page.nextToken,
    };
  },
  async DeleteNamespace({ Id }, context) {
    return context.store.transaction(async (tx) => {
      const namespace = await findNamespace(tx, context, Id);
      await refuseWhileUnderWay(tx, context, namespace.operationId);
      const own = await services.list(tx, context);
      if (own.some(({ namespaceId }) => namespaceId === namespace.id))
        throw inUse(
          "The namespace has associated services. Delete all services before deleting the namespace.",
        );
      const isHttp = namespace.type === "HTTP";
      const OperationId = beginOperation(
        tx,
        context,
        {
          type: "DELETE_NAMESPACE",
          targets: { NAMESPACE: namespace.id },
          namespaceId: namespace.id,
        },
        isHttp,
      );
      if (isHttp) namespaces.delete(tx, context, namespace.id);
      else
        namespaces.put(tx, context, [namespace.id], {
          ...namespace,
          phase: "deleting",
          operationId: OperationId,
        });
      return { OperationId };
    });
  },
  UpdateHttpNamespace: ({ Id, Namespace: change }, context) =>
    update(context, Id, { description: change?.Description }, "HTTP"),
  UpdatePrivateDnsNamespace: ({ Id, Namespace: change }, context) =>
    update(
      context,
      Id,
      {
        description: change?.Description,
        soaTtl: change?.Properties?.DnsProperties?.SOA?.TTL,
      },
      "DNS_PRIVATE",
    ),
  UpdatePublicDnsNamespace: ({ Id, Namespace: change }, context) =>
    update(
      context,
      Id,
      {
        description: change?.Description,
        soaTtl: change?.Properties?.DnsProperties?.SOA?.TTL,
      },
      "DNS_PUBLIC",
    ),
};

async function update(
  context: Context,
  id: string | undefined,
  change: { description?: string | undefined; soaTtl?: number | undefined },
  type: NamespaceRecord["type"],
): Promise<{ OperationId: string }> {
  return context.store.transaction(async (tx) => {
    const namespace = await findNamespace(tx, context, id);
    if (namespace.type !== type)
      throw invalidInput(`The namespace ${namespace.id} is not of type ${type}.`);
    await refuseWhileUnderWay(tx, context, namespace.operationId);
    const OperationId = beginOperation(
      tx,
      context,
      { type: "UPDATE_NAMESPACE", targets: { NAMESPACE: namespace.id }, namespaceId: namespace.id },
      type === "HTTP",
    );
    namespaces.put(tx, context, [namespace.id], {
      ...namespace,
      description: change.description ?? namespace.description,
      soaTtl: change.soaTtl ?? namespace.soaTtl,
      operationId: OperationId,
    });
    return { OperationId };
  });
}

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_NamespaceFilter.html */
const conditions = {
  TYPE: ["EQ", "BEGINS_WITH"],
  NAME: ["EQ", "BEGINS_WITH"],
  HTTP_NAME: ["EQ", "BEGINS_WITH"],
  RESOURCE_OWNER: ["EQ"],
} as const;

function matches(
  namespace: NamespaceRecord,
  { Name, Values = [], Condition }: NamespaceFilter,
): boolean {
  const { type, name } = namespace;
  const values = {
    TYPE: type,
    NAME: name,
    HTTP_NAME: httpNameOf(namespace),
    RESOURCE_OWNER: "SELF",
  };
  const value = values[Name!];
  const [wanted = ""] = Values;
  return Condition === "BEGINS_WITH" ? value.startsWith(wanted) : value === wanted;
}

/** AWS lists an empty start of authority where its creator said nothing, or where there is no DNS. */
const noStart = { SOA: {} as never };

function show(
  namespace: NamespaceRecord,
  ServiceCount: number,
  ResourceOwner: string,
  withoutTtl: { SOA?: never },
): Namespace {
  const { hostedZoneId, soaTtl } = namespace;
  return {
    Id: namespace.id,
    Arn: namespace.arn,
    ResourceOwner,
    Name: namespace.name,
    Type: namespace.type,
    ...(namespace.description !== undefined && { Description: namespace.description }),
    ServiceCount,
    Properties: {
      DnsProperties:
        hostedZoneId === undefined
          ? noStart
          : {
              HostedZoneId: hostedZoneId,
              ...(soaTtl === undefined ? withoutTtl : { SOA: { TTL: soaTtl } }),
            },
      HttpProperties: { HttpName: httpNameOf(namespace) },
    },
    CreateDate: dateOf(namespace.createdMs),
  };
}
