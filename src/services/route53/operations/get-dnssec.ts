import { AwsError } from "#model/error.ts";
import type { Route53Operation } from "../context.ts";
import { ofAccount } from "../records.ts";
import { findZone } from "../zones.ts";

/**
 * No zone is ever signed here: EnableHostedZoneDNSSEC is refused.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetDNSSEC.html
 */
export const getDnssec: Route53Operation<"GetDNSSEC"> = async ({ HostedZoneId }, context) => {
  const zone = await context.store.transaction((tx) =>
    findZone(tx, ofAccount(context), HostedZoneId),
  );
  if (zone.isPrivate)
    throw new AwsError({
      code: "InvalidArgument",
      message: "Operation is unsupported for private hosted zones.",
    });
  return { Status: { ServeSignature: "NOT_SIGNING" }, KeySigningKeys: [] };
};
