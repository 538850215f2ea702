import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import { inUse, invalidToken } from "../errors.ts";
import { checkFilters } from "../filters.ts";
import { findService } from "../find.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { instances, services, tallies } from "../records.ts";
import { showService } from "../show-service.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetService.html and its neighbours */
export const serviceOperations: Operations<"servicediscovery", undefined> = {
  async GetService({ Id }, context) {
    return context.store.transaction(async (tx) => {
      const found = await findService(tx, context, Id);
      const own = await instances.list(tx, context, [found.id]);
      return { Service: showService(found, own.length, context.account) };
    });
  },
  async ListServices({ Filters = [], NextToken, MaxResults }, context) {
    checkFilters(Filters, { NAMESPACE_ID: ["EQ"], RESOURCE_OWNER: ["EQ"] });
    const { all, counts } = await context.store.transaction(async (tx) => ({
      all: await services.list(tx, context),
      counts: Map.groupBy(await instances.list(tx, context), ({ serviceId }) => serviceId),
    }));
    const chosen = all.filter((one) =>
      Filters.every(({ Name, Values = [] }) =>
        Name === "RESOURCE_OWNER"
          ? Values.includes("SELF")
          : Values.map(bareId).includes(one.namespaceId),
      ),
    );
    const page = paginate(chosen, {
      limit: MaxResults ?? limits.listPage,
      token: NextToken,
      keyOf: ({ id }) => id,
      invalidToken,
    });
    return {
      Services: page.items.map((one) => {
        const {
          NamespaceId: _id,
          CreatorRequestId: _request,
          ...summary
        } = showService(one, counts.get(one.id)?.length ?? 0, context.account);
        return summary;
      }),
      NextToken: page.nextToken,
    };
  },
  async DeleteService({ Id }, context) {
    await context.store.transaction(async (tx) => {
      const found = await findService(tx, context, Id);
      const [first] = await instances.list(tx, context, [found.id], { limit: 1 });
      if (first)
        throw inUse(
          "The service contains registered instances; deregister the instances before deleting the service.",
        );
      services.delete(tx, context, found.id);
      tallies.delete(tx, context, found.namespaceId, found.id);
    });
    return {};
  },
};
