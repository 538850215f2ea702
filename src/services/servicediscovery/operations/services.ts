import type { ServiceSummary } from "@aws-sdk/client-servicediscovery";
import { paginate } from "#services/kit/pagination.ts";
import type { Operations } from "#services/kit/service.ts";
import { inUse, invalidToken } from "../errors.ts";
import { checkFilters } from "../filters.ts";
import { findService } from "../find.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { endOperation } from "../operation-records.ts";
import { instances, services, tallies } from "../records.ts";
import { showService } from "../show-service.ts";
import { tallyOf } from "../tally.ts";

/** https://docs.aws.amazon.com/cloud-map/latest/api/API_GetService.html and its neighbours */
export const serviceOperations: Operations<"servicediscovery", undefined> = {
  async GetService({ Id }, context) {
    return context.store.transaction(async (tx) => {
      const found = await findService(tx, context, Id);
      const { count } = await tallyOf(tx, context, found);
      return { Service: showService(found, count, context.account) };
    });
  },
  async ListServices({ Filters = [], NextToken, MaxResults }, context) {
    checkFilters(Filters, { NAMESPACE_ID: ["EQ"], RESOURCE_OWNER: ["EQ"] });
    return context.store.transaction(async (tx) => {
      const chosen = (await services.list(tx, context)).filter((one) =>
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
      const Services: ServiceSummary[] = [];
      for (const one of page.items) {
        const { count } = await tallyOf(tx, context, one);
        const {
          NamespaceId: _id,
          CreatorRequestId: _request,
          ...summary
        } = showService(one, count, context.account);
        Services.push(summary);
      }
      return { Services, NextToken: page.nextToken };
    });
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
      // It has no instances that are yet to follow its settings.
      if (found.updateId !== undefined)
        await endOperation(tx, context, found.updateId, context.clock.now());
      tallies.delete(tx, context, found.namespaceId, found.id);
    });
    return {};
  },
};
