/**
 * Whether a service may invoke a function: its resource policy says so. Users and roles may, as IAM
 * policies are not enforced. https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
 */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { parsePolicy } from "#services/kit/policy/document.ts";
import { evaluate } from "#services/kit/policy/evaluate.ts";
import type { Principal } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { functionArn, type FunctionReference } from "../arns.ts";
import { permissions } from "../records.ts";

/** Services that invoke with rights of their caller or of a role, not of their own. */
const trusted = new Set([
  "lambda.amazonaws.com",
  "cloudformation.amazonaws.com",
  "autoscaling.amazonaws.com",
]);

/** Throws AccessDeniedException. */
export async function checkAccess(
  tx: Transaction,
  reference: FunctionReference,
  principal: Principal,
): Promise<void> {
  if (principal.type !== "service" || trusted.has(principal.arn)) return;
  const { scope, name, qualifier } = reference;
  const record = await permissions.get(tx, scope, name, qualifier ?? "");
  const policy =
    record && parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: record.statements }));
  const resource = functionArn(scope, name, qualifier);
  const { sourceArn } = principal;
  const verdict =
    policy &&
    evaluate(policy, {
      principal,
      action: "lambda:InvokeFunction",
      resource,
      context: {
        ...(sourceArn !== undefined && {
          "aws:sourcearn": [sourceArn],
          "aws:sourceaccount": [parseArn(sourceArn)?.account || principal.account],
        }),
        ...(sourceArn === undefined && { "aws:sourceaccount": [principal.account] }),
      },
    });
  if (verdict === "allow") return;
  throw new AwsError({
    code: "AccessDeniedException",
    status: 403,
    message: `User: ${principal.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${resource} because no resource-based policy allows the lambda:InvokeFunction action`,
  });
}
