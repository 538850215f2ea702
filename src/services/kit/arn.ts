/** Amazon Resource Names. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */

export interface Arn {
  partition: string;
  service: string;
  region: string;
  account: string;
  resource: string;
}

export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  return "aws";
}

/** Builds "arn:aws:sqs:us-east-1:123456789012:orders". Give empty region or account where AWS leaves them out. */
export function formatArn(
  service: string,
  { region, account }: { region: string; account: string },
  resource: string,
): string {
  return `arn:${partitionOf(region)}:${service}:${region}:${account}:${resource}`;
}

/** Undefined when the text is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const [scheme, partition, service, region, account, ...resource] = text.split(":");
  if (scheme !== "arn" || !partition || !service || account === undefined) return undefined;
  if (resource.length === 0) return undefined;
  return { partition, service, region: region ?? "", account, resource: resource.join(":") };
}
