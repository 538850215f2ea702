/** What AWS Route 53 keeps. */
import type { Output } from "#model/sdk.ts";
import { collection } from "#store/collection.ts";

/** As lists show it. Give it members of its own as soon as more is kept than is shown. */
type Listed = NonNullable<Output<"route53", "ListHostedZones">["HostedZones"]>[number];

/** By name. */
export const hostedZones = collection<Listed>("route53", "hostedZone");
