import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { Route53Operation } from "../context.ts";
import { invalidInput } from "../errors.ts";
import { inputName } from "../input-name.ts";
import { limits } from "../limits.ts";
import { reversedName } from "../names.ts";
import { pageSize } from "../paging.ts";
import { ofAccount, recordSets } from "../records.ts";
import { findZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html */
export const listResourceRecordSets: Route53Operation<"ListResourceRecordSets"> = async (
  input,
  context,
) => {
  const { StartRecordName, StartRecordType, StartRecordIdentifier } = input;
  if (StartRecordType !== undefined && StartRecordName === undefined)
    throw invalidInput("The input is not valid");
  if (StartRecordIdentifier !== undefined && StartRecordType === undefined)
    throw invalidInput("The input is not valid");
  const size = pageSize(input.MaxItems, limits.largestRecordSetsPage);
  const start = StartRecordName === undefined ? "" : reversedName(inputName(StartRecordName));
  const scope = ofAccount(context);
  const found = await context.store.transaction(async (tx) => {
    const { id } = await findZone(tx, scope, input.HostedZoneId);
    const entries = await tx.between<ResourceRecordSet>(
      recordSets.key(scope, id, start, StartRecordType ?? "", StartRecordIdentifier ?? ""),
      recordSets.key(scope, id, Number.POSITIVE_INFINITY),
      { limit: size + 1 },
    );
    return entries.map(({ value }) => value);
  });
  const next = found[size];
  return {
    ResourceRecordSets: found.slice(0, size),
    IsTruncated: next !== undefined,
    ...(next && {
      NextRecordName: next.Name,
      NextRecordType: next.Type,
      ...(next.SetIdentifier !== undefined && { NextRecordIdentifier: next.SetIdentifier }),
    }),
    MaxItems: size,
  };
};
