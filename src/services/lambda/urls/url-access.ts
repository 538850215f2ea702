/** Whether a function's policy lets somebody call its URL. https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html */
import { parsePolicy } from "#services/kit/policy/document.ts";
import { evaluate } from "#services/kit/policy/evaluate.ts";
import type { Principal } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn } from "../arns.ts";
import { latest, type PermissionRecord } from "../records.ts";
import type { UrlRecord } from "./records.ts";

/** Both are needed, since October 2025. */
const actions = ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"];

export function mayCallUrl(
  scope: Scope,
  url: Pick<UrlRecord, "functionName" | "qualifier" | "authType">,
  caller: Principal,
  permission: PermissionRecord | undefined,
): boolean {
  const policy =
    permission &&
    parsePolicy(JSON.stringify({ Version: "2012-10-17", Statement: permission.statements }));
  const qualifier = url.qualifier === latest ? undefined : url.qualifier;
  const resource = functionArn(scope, url.functionName, qualifier);
  const context = {
    "lambda:functionurlauthtype": [url.authType],
    "lambda:invokedviafunctionurl": ["true"],
  };
  const verdicts = actions.map((action) =>
    policy ? evaluate(policy, { principal: caller, action, resource, context }) : "none",
  );
  if (verdicts.includes("deny")) return false;
  // Users and roles of the account need no statement: identity policies are not enforced.
  if (url.authType === "AWS_IAM" && caller.account === scope.account) return true;
  return verdicts.every((verdict) => verdict === "allow");
}
