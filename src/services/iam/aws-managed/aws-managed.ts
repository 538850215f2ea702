/**
 * The policies that AWS keeps for everybody, as far as their documents are known here.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
 */
import { createHash } from "node:crypto";
import { parseIso } from "#runtime/date.ts";
import type { PolicyRecord } from "../records.ts";

interface Fact {
  path: string;
  version: number;
  created: string;
  updated: string;
  document: string;
}

export type AwsManagedPolicies = ReadonlyMap<string, PolicyRecord>;

/** Every known policy by ARN. Loads the documents, some hundred kilobytes; keep what it gives. */
export async function loadAwsManagedPolicies(): Promise<AwsManagedPolicies> {
  const { default: facts } = await import("./policies.json", { with: { type: "json" } });
  return new Map(
    Object.entries(facts as Record<string, Fact>).map(([name, fact]) => [
      `arn:aws:iam::aws:policy${fact.path}${name}`,
      recordOf(name, fact),
    ]),
  );
}

/** Only the default version is known, and is shown as the only one. */
function recordOf(name: string, fact: Fact): PolicyRecord {
  const { path, version, document } = fact;
  const updatedMs = parseIso(fact.updated);
  return {
    name,
    path,
    id: `ANPA${idLetters(name)}`,
    createdMs: parseIso(fact.created),
    updatedMs,
    tags: {},
    versions: [{ number: version, document, createdMs: updatedMs }],
    defaultVersion: version,
    latestVersion: version,
  };
}

const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Seventeen letters that are always the same for a name. */
function idLetters(name: string): string {
  const digest = createHash("sha256").update(name).digest();
  return [...digest.subarray(0, 17)].map((byte) => base32[byte & 31]).join("");
}
