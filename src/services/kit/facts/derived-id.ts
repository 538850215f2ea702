import { createHash } from "node:crypto";

/** The same id for the same parts, for resources that exist before anybody creates them. */
export function derivedId(prefix: string, ...parts: readonly string[]): string {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return `${prefix}-0${digest.slice(0, 16)}`;
}
