/** Whether somebody may use a layer's version: its account may, and whom its policy names. https://docs.aws.amazon.com/lambda/latest/dg/permissions-layer-cross-account.html */
import { AwsError } from "#model/error.ts";
import { parsePolicy } from "#services/kit/policy/document.ts";
import { evaluate } from "#services/kit/policy/evaluate.ts";
import type { Principal } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { layerArn } from "./layer-arn.ts";
import { layerPermissions } from "./records.ts";

/** Throws AccessDeniedException. */
export async function checkLayerAccess(
  tx: Transaction,
  principal: Principal,
  { scope, name, version }: { scope: Scope; name: string; version: number },
): Promise<void> {
  if (principal.account === scope.account) return;
  const record = await layerPermissions.get(tx, scope, name, version);
  const policy =
    record && parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: record.statements }));
  const action = "lambda:GetLayerVersion";
  const resource = layerArn(scope, name, version);
  if (policy && evaluate(policy, { principal, action, resource, context: {} }) === "allow") return;
  throw new AwsError({
    code: "AccessDeniedException",
    status: 403,
    message: `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} because no resource-based policy allows the ${action} action`,
  });
}
