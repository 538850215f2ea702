/** Key policies are kept and shown; nobody is refused by one yet. */
import { malformedPolicy } from "./errors.ts";

/** Throws MalformedPolicyDocumentException for what is no policy at all. */
export function checkPolicy(text: string): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformedPolicy("The new key policy is not valid JSON.");
  }
  if (typeof policy !== "object" || policy === null || !("Statement" in policy))
    throw malformedPolicy("The new key policy has no Statement.");
}
