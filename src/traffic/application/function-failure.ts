/**
 * How a bridge to a function tells that there is no answer, and why: in a field of its 502 or 413, which
 * no answer of a function's has.
 */

export const failureField = "fogbank-function-failure";

export interface FunctionFailure {
  /** The function's own fault, or of what is between. */
  fault: "user" | "internal";
  /** As access logs name it. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#error-reason-codes */
  reason: string;
}

export function failureText({ fault, reason }: FunctionFailure): string {
  return `${fault} ${reason}`;
}

export function readFailure(rawHeaders: readonly string[]): FunctionFailure | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.toLowerCase() === failureField) {
      const [fault, reason = "-"] = rawHeaders[index + 1]!.split(" ");
      return { fault: fault === "user" ? "user" : "internal", reason };
    }
  return undefined;
}
