/** How labels move between versions. https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version */
import { limits } from "./limits.ts";
import type { SecretRecord, VersionFacts } from "./records.ts";

export const current = "AWSCURRENT";
export const pending = "AWSPENDING";
const previous = "AWSPREVIOUS";

export function versionWith(secret: SecretRecord, stage: string): string | undefined {
  return Object.entries(secret.versions).find(([, { stages }]) => stages.includes(stage))?.[0];
}

/**
 * The versions after the labels went to one of them. The version that AWSCURRENT leaves becomes
 * AWSPREVIOUS.
 */
export function moveStages(
  versions: Readonly<Record<string, VersionFacts>>,
  stages: readonly string[],
  versionId: string,
): Record<string, VersionFacts> {
  const before = Object.entries(versions).find(([, facts]) => facts.stages.includes(current))?.[0];
  const demotes = stages.includes(current) && before !== undefined && before !== versionId;
  const taken = new Set([...stages, ...(demotes ? [previous] : [])]);
  const moved: Record<string, VersionFacts> = {};
  for (const [id, facts] of Object.entries(versions)) {
    const kept = facts.stages.filter((stage) => !taken.has(stage));
    if (id === versionId) kept.push(...stages);
    if (demotes && id === before) kept.push(previous);
    moved[id] = { ...facts, stages: kept };
  }
  return moved;
}

/** The oldest versions without a label that are more than are kept. */
export function surplus(versions: Readonly<Record<string, VersionFacts>>): string[] {
  const bare = Object.entries(versions)
    .filter(([, { stages }]) => stages.length === 0)
    .sort(([, a], [, b]) => a.createdMs - b.createdMs);
  return bare.slice(0, Math.max(0, bare.length - limits.versions)).map(([id]) => id);
}
