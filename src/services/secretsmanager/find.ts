/** Finds secrets by name, by ARN, or by an ARN without the six characters that AWS adds to names. */
import { parseArn } from "#services/kit/arn.ts";
import type { Transaction } from "#store/store.ts";
import type { SecretsContext } from "./context.ts";
import { markedForDeletion, onReplica, secretNotFound } from "./errors.ts";
import { secrets, type SecretRecord } from "./records.ts";

/** Throws ResourceNotFoundException; with `living`, also for a secret whose deletion is scheduled. */
export async function findSecret(
  tx: Transaction,
  context: SecretsContext,
  id: string,
  { living = true } = {},
): Promise<SecretRecord> {
  const secret = await lookUp(tx, context, id);
  if (!secret) throw secretNotFound();
  if (living && secret.deletionMs !== undefined) throw markedForDeletion();
  return secret;
}

/** The same for what changes a secret: a replica's primary lies in another Region. */
export async function findPrimary(
  tx: Transaction,
  context: SecretsContext,
  id: string,
  options?: { living: boolean },
): Promise<SecretRecord> {
  const secret = await findSecret(tx, context, id, options);
  if (secret.primaryRegion !== undefined && secret.primaryRegion !== context.region)
    throw onReplica();
  return secret;
}

async function lookUp(
  tx: Transaction,
  context: SecretsContext,
  id: string,
): Promise<SecretRecord | undefined> {
  const arn = parseArn(id);
  if (!arn) return secrets.get(tx, context, id);
  if (arn.service !== "secretsmanager" || arn.region !== context.region) return undefined;
  const scope = { account: arn.account, region: arn.region };
  const name = arn.resource.replace(/^secret:/, "");
  const whole = await secrets.get(tx, scope, name.replace(/-[A-Za-z0-9]{6}$/, ""));
  if (whole?.arn === id) return whole;
  const partial = await secrets.get(tx, scope, name);
  return partial;
}

export function putSecret(
  tx: Transaction,
  context: SecretsContext,
  secret: SecretRecord,
): SecretRecord {
  secrets.put(tx, context, [secret.name], secret);
  return secret;
}
