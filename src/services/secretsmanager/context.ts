import type { OperationName } from "#model/sdk.ts";
import type { Operation, Operations, RequestContext } from "#services/kit/service.ts";

export type SecretsContext = RequestContext;
export type SecretsOperation<N extends OperationName<"secretsmanager">> = Operation<
  "secretsmanager",
  N,
  undefined
>;
export type SecretsOperations = Operations<"secretsmanager", undefined>;
