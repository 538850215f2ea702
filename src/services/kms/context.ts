import type { OperationName } from "#model/sdk.ts";
import type { Operation, Operations, RequestContext } from "#services/kit/service.ts";

export type KmsContext = RequestContext;
export type KmsOperation<N extends OperationName<"kms">> = Operation<"kms", N, undefined>;
export type KmsOperations = Operations<"kms", undefined>;
