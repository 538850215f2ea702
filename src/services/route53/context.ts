/** An operation of Route 53 as its service runs it. */
import type { OperationName } from "#model/sdk.ts";
import type { Operation } from "#services/kit/service.ts";
import type { State } from "./state.ts";

export type Route53Operation<N extends OperationName<"route53">> = Operation<"route53", N, State>;
