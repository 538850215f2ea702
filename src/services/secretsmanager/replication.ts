/** Copies of secrets in other Regions. https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html */
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { regions } from "#services/kit/facts/zones.ts";
import type { Environment } from "#services/kit/service.ts";
import { invalidParameter, invalidReplicaRegion } from "./errors.ts";
import { forgetSecret } from "./forget.ts";
import { secrets, values, type Replica, type SecretRecord, type ValueRecord } from "./records.ts";
import { openValue, sealValue } from "./value.ts";

type Env = Pick<Environment, "store" | "clients" | "random">;

interface Asked {
  Region?: string | undefined;
  KmsKeyId?: string | undefined;
}

/** The replicas that a request adds; throws for Regions that cannot have one. */
export function replicasFor(
  context: Scope,
  asked: readonly Asked[],
  force: boolean | undefined,
): Replica[] {
  const names = asked.map(({ Region }) => Region);
  for (const { Region: region } of asked)
    if (region === context.region || !regions.some(({ regionName }) => regionName === region))
      throw invalidReplicaRegion();
  if (new Set(names).size !== names.length)
    throw invalidParameter("Each Region can be given only once in AddReplicaRegions.");
  return asked.map(({ Region, KmsKeyId }) => ({
    region: Region!,
    ...(KmsKeyId && { kmsKeyId: KmsKeyId }),
    ...(force && { force: true as const }),
    status: "InProgress",
  }));
}

export function replicationStatus({ replicas = [] }: SecretRecord) {
  return replicas.map(({ region, kmsKeyId, status, message }) => ({
    Region: region,
    KmsKeyId: kmsKeyId ?? "alias/aws/secretsmanager",
    Status: status,
    StatusMessage: message,
  }));
}

const arnIn = (arn: string, region: string) => arn.replace(/^((?:[^:]+:){3})[^:]+/, `$1${region}`);

/** The record that a replica has when it is as its primary. */
function copyOf(secret: SecretRecord, replica: Replica, there: SecretRecord | undefined) {
  const {
    replicas: _replicas,
    kmsKeyId: _kmsKeyId,
    accessedMs: _accessedMs,
    rotating: _rotating,
    versions,
    ...facts
  } = secret;
  const copy: SecretRecord = {
    ...facts,
    arn: arnIn(secret.arn, replica.region),
    ...(replica.kmsKeyId !== undefined && { kmsKeyId: replica.kmsKeyId }),
    ...(there?.accessedMs !== undefined && { accessedMs: there.accessedMs }),
    // When a value was read is every Region's own.
    versions: Object.fromEntries(
      Object.entries(versions).map(([id, { accessedMs: _read, ...version }]) => {
        const accessedMs = there?.versions[id]?.accessedMs;
        return [id, { ...version, ...(accessedMs !== undefined && { accessedMs }) }];
      }),
    ),
  };
  return copy;
}

/** Brings every replica to where its primary is. Doing it twice changes nothing. */
export async function replicate(env: Env, scope: Scope, name: string): Promise<void> {
  const secret = await env.store.transaction((tx) => secrets.get(tx, scope, name));
  for (const { region, status } of secret?.replicas ?? [])
    if (status !== "Failed") await replicateTo(env, scope, name, region);
}

async function replicateTo(env: Env, scope: Scope, name: string, region: string): Promise<void> {
  const place: Scope = { account: scope.account, region };
  const found = await env.store.transaction(async (tx) => {
    const secret = await secrets.get(tx, scope, name);
    const replica = secret?.replicas?.find((one) => one.region === region);
    if (!secret || !replica) return undefined;
    const there = await secrets.get(tx, place, name);
    const isOwn = there?.arn === arnIn(secret.arn, region) && there.primaryRegion === scope.region;
    if (there && !isOwn && !replica.force) {
      const message = `Replication failed: Secret name ${name} already exists in region ${region}.`;
      settle(tx, scope, secret, region, { status: "Failed", message });
      return undefined;
    }
    const present = isOwn ? await values.entries(tx, place, [there.arn]) : [];
    const has = new Set(present.map(({ id }) => String(id[1])));
    const missing: { id: string; value: ValueRecord }[] = [];
    for (const { id, record } of await values.entries(tx, scope, [secret.arn]))
      if (!has.has(String(id[1]))) missing.push({ id: String(id[1]), value: record });
    return { secret, replica, missing };
  });
  if (!found) return;
  const { secret, replica, missing } = found;
  const arn = arnIn(secret.arn, region);
  const sealed = new Map<string, ValueRecord>();
  try {
    for (const { id, value } of missing) {
      const plain = await openValue(
        { ...env, ...scope },
        { arn: secret.arn, versionId: id },
        value,
      );
      const about = { arn, versionId: id, kmsKeyId: replica.kmsKeyId };
      sealed.set(id, await sealValue({ ...env, ...place }, about, plain));
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const { message } = error;
    await env.store.transaction(async (tx) => {
      const now = await secrets.get(tx, scope, name);
      if (now?.arn === secret.arn) settle(tx, scope, now, region, { status: "Failed", message });
    });
    return;
  }
  await env.store.transaction(async (tx) => {
    const now = await secrets.get(tx, scope, name);
    const still = now?.replicas?.find((one) => one.region === region);
    if (!now || now.arn !== secret.arn || !still) return;
    const there = await secrets.get(tx, place, name);
    if (there && there.arn !== arn) await forgetSecret(tx, place, there);
    const own = there?.arn === arn ? there : undefined;
    const copy = copyOf(now, still, own);
    if (JSON.stringify(copy) !== JSON.stringify(own)) secrets.put(tx, place, [name], copy);
    for (const [id, value] of sealed) values.put(tx, place, [arn, id], value);
    for (const { id } of await values.entries(tx, place, [arn]))
      if (!now.versions[String(id[1])]) values.delete(tx, place, ...id);
    settle(tx, scope, now, region, { status: "InSync" });
  });
}

function settle(
  tx: Transaction,
  scope: Scope,
  secret: SecretRecord,
  region: string,
  outcome: Pick<Replica, "status" | "message">,
): void {
  const replicas = (secret.replicas ?? []).map((one) => {
    const { message: _before, ...replica } = one;
    return one.region === region ? { ...replica, ...outcome } : one;
  });
  if (JSON.stringify(replicas) === JSON.stringify(secret.replicas)) return;
  secrets.put(tx, scope, [secret.name], { ...secret, replicas });
}
