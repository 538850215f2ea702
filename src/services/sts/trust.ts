/** Whether a role's trust policy lets somebody assume it. */
import { isoSeconds } from "#runtime/date.ts";
import type { ConditionContext } from "#services/kit/policy/conditions.ts";
import { evaluate } from "#services/kit/policy/evaluate.ts";
import { parsePolicy } from "#services/kit/policy/document.ts";
import { parseArn } from "#services/kit/arn.ts";
import type { RequestContext } from "#services/kit/service.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface AssumeRequest {
  roleSessionName: string;
  externalId: string | undefined;
  sourceIdentity: string | undefined;
  tags: Tags | undefined;
  transitiveTagKeys: readonly string[] | undefined;
}

/** The actions that the trust policy has to allow: tags and a source identity need their own. */
function actionsOf(request: AssumeRequest): string[] {
  return [
    "sts:AssumeRole",
    ...(request.tags ? ["sts:TagSession"] : []),
    ...(request.sourceIdentity !== undefined ? ["sts:SetSourceIdentity"] : []),
  ];
}

/** The first action that the trust policy (its JSON) does not allow; undefined when all are. */
export function refusedAction(
  trustPolicy: string,
  request: AssumeRequest,
  context: RequestContext,
): string | undefined {
  const policy = parsePolicy(trustPolicy);
  const facts = conditionContext(request, context);
  const { principal } = context;
  return actionsOf(request).find(
    (action) => !policy || evaluate(policy, { principal, action, context: facts }) !== "allow",
  );
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html */
function conditionContext(request: AssumeRequest, context: RequestContext): ConditionContext {
  const { principal, clock } = context;
  const isService = principal.type === "service";
  const facts: Record<string, string | readonly string[] | undefined> = {
    "sts:externalid": request.externalId,
    "sts:rolesessionname": request.roleSessionName,
    "sts:sourceidentity": request.sourceIdentity,
    "sts:transitivetagkeys": request.transitiveTagKeys,
    "aws:tagkeys": request.tags && Object.keys(request.tags),
    "aws:currenttime": isoSeconds(clock.now()),
    "aws:epochtime": String(Math.floor(clock.now() / 1000)),
    "aws:sourceip": isService ? undefined : context.sourceIp,
    "aws:useragent": context.userAgent,
    "aws:requestedregion": context.region,
    "aws:principalisawsservice": String(isService),
    "aws:viaawsservice": "false",
    "aws:multifactorauthpresent": isService ? undefined : "false",
    "aws:sourceaccount": isService ? principal.account : undefined,
    "aws:principalservicename": isService ? principal.arn : undefined,
    "aws:principalaccount": isService ? undefined : principal.account,
    "aws:principalarn": isService ? undefined : principalArn(principal.arn),
    "aws:principaltype": isService ? undefined : principalTypes[principal.type],
    "aws:userid": isService ? undefined : principal.userId,
    "aws:username":
      principal.type === "user"
        ? principal.arn.slice(principal.arn.lastIndexOf("/") + 1)
        : undefined,
  };
  for (const [key, value] of Object.entries(request.tags ?? {}))
    facts[`aws:requesttag/${key.toLowerCase()}`] = value;
  return facts;
}

const principalTypes: Record<string, string> = {
  root: "Account",
  user: "User",
  "assumed-role": "AssumedRole",
  "federated-user": "FederatedUser",
};

/** For a session, aws:PrincipalArn is the ARN of its role; paths are not part of a session's ARN. */
function principalArn(arn: string): string {
  const parsed = parseArn(arn);
  const [kind, roleName] = parsed?.resource.split("/") ?? [];
  if (!parsed || kind !== "assumed-role") return arn;
  return `arn:${parsed.partition}:iam::${parsed.account}:role/${roleName}`;
}
