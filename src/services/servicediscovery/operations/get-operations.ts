import type { OperationFilter } from "@aws-sdk/client-servicediscovery";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import { invalidToken, noOperation } from "../errors.ts";
import { checkFilters } from "../filters.ts";
import { limits } from "../limits.ts";
import { operationRecords, type OperationRecord } from "../records.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html and its neighbour */
export const operationOperations: Operations<"servicediscovery", undefined> = {
  async GetOperation({ OperationId }, context) {
    const found = await context.store.transaction((tx) =>
      operationRecords.get(tx, context, OperationId!),
    );
    if (!found) throw noOperation(OperationId!);
    return {
      Operation: {
        Id: found.id,
        OwnerAccount: context.account,
        Type: found.type,
        Status: found.status,
        ...(found.errorCode !== undefined && {
          ErrorCode: found.errorCode,
          ErrorMessage: found.errorMessage,
        }),
        CreateDate: dateOf(found.createdMs),
        UpdateDate: dateOf(found.updatedMs),
        Targets: found.targets,
      },
    };
  },
  async ListOperations({ Filters = [], NextToken, MaxResults }, context) {
    checkFilters(Filters, conditions);
    const all = await context.store.transaction((tx) => operationRecords.list(tx, context));
    // Operations of a deleted namespace are found by their ids only.
    const deleted = new Set(
      all
        .filter(({ type, status }) => type === "DELETE_NAMESPACE" && status === "SUCCESS")
        .map(({ namespaceId }) => namespaceId),
    );
    const chosen = all.filter(
      (one) => !deleted.has(one.namespaceId) && Filters.every((filter) => matches(one, filter)),
    );
    const page = paginate(chosen, {
      limit: MaxResults ?? limits.listPage,
      token: NextToken,
      keyOf: ({ id }) => id,
      invalidToken,
    });
    return {
      Operations: page.items.map(({ id, status }) => ({ Id: id, Status: status })),
      NextToken: page.nextToken,
    };
  },
};

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_OperationFilter.html */
const conditions = {
  NAMESPACE_ID: ["EQ"],
  SERVICE_ID: ["EQ"],
  STATUS: ["EQ", "IN"],
  TYPE: ["EQ", "IN"],
  UPDATE_DATE: ["BETWEEN"],
} as const;

function matches(found: OperationRecord, { Name, Values = [] }: OperationFilter): boolean {
  switch (Name) {
    case "NAMESPACE_ID":
      return Values.includes(found.namespaceId);
    case "SERVICE_ID":
      return Values.includes(found.targets.SERVICE ?? "");
    case "STATUS":
      return Values.includes(found.status);
    case "TYPE":
      return Values.includes(found.type);
    default: {
      // Two moments in seconds.
      const [from = 0, to = Number.POSITIVE_INFINITY] = Values.map((value) => Number(value) * 1000);
      return found.updatedMs >= from && found.updatedMs <= to;
    }
  }
}
