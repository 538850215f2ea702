/** How callers name functions, and how Lambda does. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html#API_Invoke_RequestSyntax */
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import { invalidParameter } from "./errors.ts";

export interface FunctionReference {
  scope: Scope;
  name: string;
  qualifier: string | undefined;
}

/**
 * Reads a name ("orders"), a partial ARN ("123456789012:function:orders") or an ARN, each with or without
 * ":qualifier". A qualifier given beside it must be the same. Throws InvalidParameterValueException.
 */
export function readFunction(
  text: string | undefined,
  scope: Scope,
  qualifier?: string,
): FunctionReference {
  const found =
    /^(?:arn:(?:aws[\w-]*):lambda:([a-z0-9-]+):(\d{12}):function:|(\d{12}):(?:function:)?|function:)?([\w-]+)(?::(\$LATEST|[\w-]+))?$/.exec(
      text ?? "",
    );
  if (!found)
    throw invalidParameter(
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern`,
    );
  const [, region, fullAccount, partialAccount, name, own] = found;
  if (own !== undefined && qualifier !== undefined && own !== qualifier)
    throw invalidParameter(
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  return {
    scope: {
      account: fullAccount ?? partialAccount ?? scope.account,
      region: region ?? scope.region,
    },
    name: name!,
    qualifier: qualifier ?? own,
  };
}

/** Under what name a function's role is assumed: its own, which may be shorter than sessions' names. */
export const sessionName = (functionName: string): string => functionName.padEnd(2, "-");

export function functionArn(scope: Scope, name: string, qualifier?: string): string {
  const resource = `function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`;
  return formatArn("lambda", scope, resource);
}
