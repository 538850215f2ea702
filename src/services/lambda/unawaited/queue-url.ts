import { parseArn } from "#services/kit/arn.ts";
import type { Environment } from "#services/kit/service.ts";

/** The URL of the queue with this ARN. */
export function queueUrl({ gateway }: Pick<Environment, "gateway">, arn: string): string {
  const { account = "", resource = "" } = parseArn(arn) ?? {};
  return `${gateway.endpoint}/${account}/${resource}`;
}
