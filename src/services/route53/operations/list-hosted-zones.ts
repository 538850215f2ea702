import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { hostedZones } from "../records.ts";

export const listHostedZones: Operation<"route53", "ListHostedZones", undefined> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) => hostedZones.entries(tx, context));
  const page = paginate(found, {
    limit: input.MaxItems ?? limits.listPage,
    token: input.Marker,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return {
    IsTruncated: page.nextToken !== undefined,
    MaxItems: input.MaxItems ?? limits.listPage,
    HostedZones: page.items.map(({ record }) => record),
    Marker: page.nextToken,
  };
};
