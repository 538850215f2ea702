/** What AWS ACM keeps. */
import type { Output } from "#model/sdk.ts";
import { collection } from "#store/collection.ts";

/** As lists show it. Give it members of its own as soon as more is kept than is shown. */
type Listed = NonNullable<Output<"acm", "ListAcmeEndpoints">["AcmeEndpoints"]>[number];

/** By name. */
export const acmeEndpoints = collection<Listed>("acm", "acmeEndpoint");
