/** Adds a version to a secret: what CreateSecret, PutSecretValue and UpdateSecret have in common. */
import type { SecretsContext } from "./context.ts";
import { invalidParameter, limitExceeded, tokenInUse } from "./errors.ts";
import { findPrimary, putSecret } from "./find.ts";
import { limits } from "./limits.ts";
import { values, type SecretRecord } from "./records.ts";
import { moveStages, surplus, versionWith, current } from "./stages.ts";
import { isSame, openValue, sealValue, type Value } from "./value.ts";

export interface Addition {
  secretId: string;
  token: string | undefined;
  value: Value;
  /** AWSCURRENT unless given. */
  stages?: readonly string[] | undefined;
  /** What else becomes of the secret. */
  changes?: Partial<SecretRecord>;
}

/** Throws unless it can be a version's id. */
export function versionIdOf(context: SecretsContext, token: string | undefined): string {
  const { least, most } = limits.tokenLength;
  if (token !== undefined && (token.length < least || token.length > most))
    throw invalidParameter(`ClientRequestToken must be ${least}-${most} characters long.`);
  return token ?? context.random.uuid();
}

/**
 * The same token with the same value changes nothing, with another it throws
 * ResourceExistsException.
 */
export async function putVersion(
  context: SecretsContext,
  { secretId, token, value, stages = [current], changes = {} }: Addition,
): Promise<{ secret: SecretRecord; versionId: string }> {
  const versionId = versionIdOf(context, token);
  const found = await context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, secretId);
    return { secret, present: await values.get(tx, context, secret.arn, versionId) };
  });
  const { arn } = found.secret;
  if (found.present) {
    const present = await openValue(context, { arn, versionId }, found.present);
    if (!isSame(present, value)) throw tokenInUse(versionId, arn);
    return { secret: found.secret, versionId };
  }
  const kmsKeyId = changes.kmsKeyId ?? found.secret.kmsKeyId;
  const sealed = await sealValue(context, { arn, versionId, kmsKeyId }, value);
  const nowMs = context.clock.now();
  return context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, arn);
    const isFirst = versionWith(secret, current) === undefined;
    const labels = isFirst && !stages.includes(current) ? [...stages, current] : [...stages];
    let versions = moveStages(
      { ...secret.versions, [versionId]: { createdMs: nowMs, stages: [] } },
      labels,
      versionId,
    );
    const labelled = new Set(Object.values(versions).flatMap((one) => one.stages));
    if (labelled.size > limits.labelsPerSecret)
      throw limitExceeded(
        `You can't have more than ${limits.labelsPerSecret} staging labels on a secret.`,
      );
    const gone = new Set(surplus(versions));
    for (const id of gone) values.delete(tx, context, arn, id);
    versions = Object.fromEntries(Object.entries(versions).filter(([id]) => !gone.has(id)));
    values.put(tx, context, [arn, versionId], sealed);
    return {
      secret: putSecret(tx, context, { ...secret, ...changes, versions, changedMs: nowMs }),
      versionId,
    };
  });
}
