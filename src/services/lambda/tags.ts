import type { Principal } from "#services/kit/service.ts";
import type { Tags } from "#services/kit/tags.ts";
import { invalidParameter } from "./errors.ts";

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html */
const mostTags = 50;

/** Throws AWS's error for more tags than a function may have, or reserved ones from others than AWS's services. */
export function checkTags(tags: Tags | undefined, { type }: Pick<Principal, "type">): void {
  const names = Object.keys(tags ?? {});
  if (names.length > mostTags)
    throw invalidParameter(`The number of tags exceeds the limit of ${mostTags}.`);
  if (type !== "service" && names.some((name) => name.toLowerCase().startsWith("aws:")))
    throw invalidParameter("Tag keys starting with aws: are reserved for system use.");
}
