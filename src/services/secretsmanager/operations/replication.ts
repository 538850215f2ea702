/** Replicas come, go and become secrets of their own. */
import type { SecretsOperation, SecretsOperations } from "../context.ts";
import { invalidParameter } from "../errors.ts";
import { findPrimary, findSecret, putSecret } from "../find.ts";
import { forgetSecret } from "../forget.ts";
import { secrets } from "../records.ts";
import { replicasFor, replicate, replicationStatus } from "../replication.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html */
const replicateSecretToRegions: SecretsOperation<"ReplicateSecretToRegions"> = async (
  input,
  context,
) => {
  const secret = await context.store.transaction(async (tx) => {
    const found = await findPrimary(tx, context, input.SecretId!);
    const added = replicasFor(context, input.AddReplicaRegions!, input.ForceOverwriteReplicaSecret);
    const kept = (found.replicas ?? []).filter(
      ({ region }) => !added.some((one) => one.region === region),
    );
    return putSecret(tx, context, {
      ...found,
      primaryRegion: context.region,
      replicas: [...kept, ...added],
    });
  });
  await replicate(context, context, secret.name);
  const now = await context.store.transaction((tx) => findSecret(tx, context, secret.arn));
  return { ARN: now.arn, ReplicationStatus: replicationStatus(now) };
};

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RemoveRegionsFromReplication.html */
const removeRegionsFromReplication: SecretsOperation<"RemoveRegionsFromReplication"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { replicas = [], ...found } = await findPrimary(tx, context, input.SecretId!);
    const gone = replicas.filter(({ region }) => input.RemoveReplicaRegions!.includes(region));
    for (const { region } of gone) {
      const place = { account: context.account, region };
      const there = await secrets.get(tx, place, found.name);
      // One that failed left the secret of that name alone.
      if (there?.primaryRegion === context.region) await forgetSecret(tx, place, there);
    }
    const kept = replicas.filter((one) => !gone.includes(one));
    const secret = putSecret(tx, context, { ...found, replicas: kept });
    return { ARN: secret.arn, ReplicationStatus: replicationStatus(secret) };
  });

/** In the replica's own Region. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_StopReplicationToReplica.html */
const stopReplicationToReplica: SecretsOperation<"StopReplicationToReplica"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { primaryRegion, ...secret } = await findSecret(tx, context, input.SecretId!);
    if (primaryRegion === undefined || primaryRegion === context.region)
      throw invalidParameter("The secret is not a replica.");
    putSecret(tx, context, secret);
    const place = { account: context.account, region: primaryRegion };
    const primary = await secrets.get(tx, place, secret.name);
    const replicas = primary?.replicas?.filter(({ region }) => region !== context.region);
    if (primary && replicas) secrets.put(tx, place, [primary.name], { ...primary, replicas });
    return { ARN: secret.arn };
  });

export const replicationOperations: SecretsOperations = {
  ReplicateSecretToRegions: replicateSecretToRegions,
  RemoveRegionsFromReplication: removeRegionsFromReplication,
  StopReplicationToReplica: stopReplicationToReplica,
};
