/** What one policy document says of one request: a pure function, for trust, resource and identity policies. */
import { conditionsHold, substitute, type ConditionContext } from "./conditions.ts";
import { matchesPattern } from "./pattern.ts";
import type { PolicyDocument, PolicyPrincipal, PolicyStatement } from "./document.ts";
import type { Principal } from "../service.ts";
import { parseArn } from "../arn.ts";

export interface PolicyRequest {
  principal: Principal;
  /** "sts:AssumeRole" */
  action: string;
  /** The ARN acted upon; undefined for a trust policy, whose resource is its role. */
  resource?: string;
  context: ConditionContext;
}

export type Verdict = "allow" | "deny" | "none";

/** An explicit denial wins over any permission; "none" when no statement applies. */
export function evaluate(policy: PolicyDocument, request: PolicyRequest): Verdict {
  let verdict: Verdict = "none";
  for (const statement of policy.statements) {
    if (!applies(statement, request)) continue;
    if (statement.effect === "Deny") return "deny";
    verdict = "allow";
  }
  return verdict;
}

function applies(statement: PolicyStatement, request: PolicyRequest): boolean {
  const { principal, notPrincipal, actions, notActions, resources, notResources } = statement;
  const { action, resource, context } = request;
  if (principal && !meansPrincipal(principal, request.principal)) return false;
  if (notPrincipal && meansPrincipal(notPrincipal, request.principal)) return false;
  const named = (pattern: string) => matchesPattern(pattern.toLowerCase(), action.toLowerCase());
  if (actions && !actions.some(named)) return false;
  if (notActions?.some(named)) return false;
  if (resource !== undefined) {
    const meant = (pattern: string) => matchesPattern(substitute(pattern, context), resource);
    if (resources && !resources.some(meant)) return false;
    if (notResources?.some(meant)) return false;
  }
  return conditionsHold(statement.conditions, context);
}

/**
 * An account (its id or root ARN) means everybody in it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
function meansPrincipal(named: PolicyPrincipal, principal: Principal): boolean {
  if (named === "*") return true;
  if (principal.type === "service")
    return (named.Service ?? []).some((name) => name === principal.arn);
  return (named.AWS ?? []).some((name) => {
    if (name === "*" || name === principal.arn || name === principal.account) return true;
    if (name === principal.userId) return true;
    const arn = parseArn(name);
    if (!arn || arn.account !== principal.account) return false;
    if (arn.resource === "root") return true;
    return principal.type === "assumed-role" && isRoleOf(arn.resource, principal.arn);
  });
}

/** A session's ARN leaves the role's path out: role/team/web means assumed-role/web/SESSION. */
function isRoleOf(roleResource: string, sessionArn: string): boolean {
  if (!roleResource.startsWith("role/")) return false;
  const roleName = roleResource.slice(roleResource.lastIndexOf("/") + 1);
  return parseArn(sessionArn)?.resource.startsWith(`assumed-role/${roleName}/`) ?? false;
}
