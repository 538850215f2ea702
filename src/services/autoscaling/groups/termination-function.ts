/** A termination policy that is a Lambda function: "arn:aws:lambda:us-east-1:123456789012:function:choose". */
export function isFunctionPolicy(policy: string): boolean {
  return /^arn:[\w-]+:lambda:[a-z0-9-]+:\d{12}:function:/.test(policy);
}
