import type { OperationName } from "#model/sdk.ts";
import type { Operation } from "#services/kit/service.ts";

/** An operation of Cloud Map as its service runs it. */
export type CloudMapOperation<N extends OperationName<"servicediscovery">> = Operation<
  "servicediscovery",
  N,
  undefined
>;
