/** Callers without credentials. https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html */
import { accessDenied } from "../errors.ts";
import type { S3Context } from "../state.ts";

export function isAnonymous({ principal }: Pick<S3Context, "principal">): boolean {
  return principal.type === "anonymous";
}

/** For what no policy can allow to everybody: to be asked before a bucket is looked for. */
export function refuseAnonymous(context: S3Context, message?: string): void {
  if (isAnonymous(context)) throw accessDenied(message);
}
