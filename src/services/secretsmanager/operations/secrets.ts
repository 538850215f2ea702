/** Secrets are shown, listed, changed and deleted. */
import type { SecretListEntry } from "@aws-sdk/client-secrets-manager";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import { tagsToList } from "#services/kit/tags.ts";
import type { SecretsOperation, SecretsOperations } from "../context.ts";
import { invalidNextToken, invalidParameter, hasReplicas } from "../errors.ts";
import { findPrimary, findSecret, putSecret } from "../find.ts";
import { replicationStatus } from "../replication.ts";
import { shownRotation } from "../rotation.ts";
import { dayMs, limits } from "../limits.ts";
import { listing } from "../listing.ts";
import { putVersion } from "../put-version.ts";
import { secrets, values, type SecretRecord } from "../records.ts";
import { readValue } from "../value.ts";
import { forgetSecret } from "../forget.ts";

function shown(secret: SecretRecord): Omit<SecretListEntry, "SecretVersionsToStages"> {
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.type !== undefined && { Type: secret.type }),
    ...(secret.description !== undefined && { Description: secret.description }),
    ...(secret.kmsKeyId !== undefined && { KmsKeyId: secret.kmsKeyId }),
    ...shownRotation(secret),
    ...(secret.rotation?.lastMs !== undefined && {
      LastRotatedDate: dateOf(secret.rotation.lastMs),
    }),
    ...(secret.rotation?.nextMs !== undefined && {
      NextRotationDate: dateOf(secret.rotation.nextMs),
    }),
    LastChangedDate: dateOf(secret.changedMs),
    ...(secret.accessedMs !== undefined && { LastAccessedDate: dateOf(secret.accessedMs) }),
    ...(secret.deletedMs !== undefined && { DeletedDate: dateOf(secret.deletedMs) }),
    ...(Object.keys(secret.tags).length > 0 && { Tags: tagsToList(secret.tags) }),
    CreatedDate: dateOf(secret.createdMs),
    ...(secret.owningService !== undefined && { OwningService: secret.owningService }),
    ...(secret.primaryRegion !== undefined && { PrimaryRegion: secret.primaryRegion }),
  };
}

function labelled(secret: SecretRecord): Record<string, string[]> | undefined {
  const found = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0);
  if (found.length === 0) return undefined;
  return Object.fromEntries(found.map(([id, { stages }]) => [id, stages]));
}

const describeSecret: SecretsOperation<"DescribeSecret"> = async (input, context) => {
  const secret = await context.store.transaction((tx) =>
    findSecret(tx, context, input.SecretId!, { living: false }),
  );
  return {
    ...shown(secret),
    ...(secret.replicas && { ReplicationStatus: replicationStatus(secret) }),
    VersionIdsToStages: labelled(secret),
  };
};

const listSecrets: SecretsOperation<"ListSecrets"> = async (input, context) => {
  const { items, nextToken } = await listing(context, {
    Filters: input.Filters,
    NextToken: input.NextToken,
    limit: input.MaxResults ?? limits.listPage,
    withDeleted: input.IncludePlannedDeletion,
    sortBy: input.SortBy,
    descending: input.SortOrder === "desc",
  });
  return {
    SecretList: items.map((secret) => ({
      ...shown(secret),
      SecretVersionsToStages: labelled(secret),
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

const listSecretVersionIds: SecretsOperation<"ListSecretVersionIds"> = async (input, context) => {
  const { secret, keys } = await context.store.transaction(async (tx) => {
    const found = await findSecret(tx, context, input.SecretId!, { living: false });
    const entries = await values.entries(tx, context, [found.arn]);
    return {
      secret: found,
      keys: new Map(entries.map(({ id, record }) => [String(id[1]), record.kmsKeyArn])),
    };
  });
  const all = Object.entries(secret.versions)
    .filter(([, { stages }]) => input.IncludeDeprecated || stages.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { items, nextToken } = paginate(all, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: ([id]) => id,
    invalidToken: invalidNextToken,
  });
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: items.map(([VersionId, { stages, createdMs, accessedMs }]) => ({
      VersionId,
      ...(stages.length > 0 && { VersionStages: stages }),
      CreatedDate: dateOf(createdMs),
      ...(accessedMs !== undefined && { LastAccessedDate: dateOf(accessedMs) }),
      KmsKeyIds: [secret.kmsKeyId === undefined ? "DefaultEncryptionKey" : keys.get(VersionId)!],
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html */
const updateSecret: SecretsOperation<"UpdateSecret"> = async (input, context) => {
  const value = readValue(input);
  const changes: Partial<SecretRecord> = {
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
    ...(input.Type !== undefined && { type: input.Type }),
  };
  if (value) {
    const { secret, versionId } = await putVersion(context, {
      secretId: input.SecretId!,
      token: input.ClientRequestToken,
      value,
      changes,
    });
    return { ARN: secret.arn, Name: secret.name, VersionId: versionId };
  }
  const secret = await context.store.transaction(async (tx) => {
    const found = await findPrimary(tx, context, input.SecretId!);
    return putSecret(tx, context, { ...found, ...changes, changedMs: context.clock.now() });
  });
  return { ARN: secret.arn, Name: secret.name };
};

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
const deleteSecret: SecretsOperation<"DeleteSecret"> = async (input, context) => {
  const { ForceDeleteWithoutRecovery: force = false, RecoveryWindowInDays } = input;
  const { least, most, usual } = limits.recoveryDays;
  if (force && RecoveryWindowInDays !== undefined)
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  const days = RecoveryWindowInDays ?? usual;
  if (days < least || days > most)
    throw invalidParameter(
      `The RecoveryWindowInDays value must be between ${least} and ${most} days (inclusive).`,
    );
  const nowMs = context.clock.now();
  return context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, input.SecretId!, { living: !force });
    const copies = (secret.replicas ?? []).map(({ region }) => region);
    if (copies.length > 0) throw hasReplicas(secret.arn, copies);
    const deletionMs = force ? nowMs : nowMs + days * dayMs;
    if (force) await forgetSecret(tx, context, secret);
    else putSecret(tx, context, { ...secret, deletionMs, deletedMs: nowMs });
    return { ARN: secret.arn, Name: secret.name, DeletionDate: dateOf(deletionMs) };
  });
};

const restoreSecret: SecretsOperation<"RestoreSecret"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const {
      deletionMs: _due,
      deletedMs: _since,
      ...secret
    } = await findPrimary(tx, context, input.SecretId!, { living: false });
    secrets.put(tx, context, [secret.name], secret);
    return { ARN: secret.arn, Name: secret.name };
  });

export const secretOperations: SecretsOperations = {
  DescribeSecret: describeSecret,
  ListSecrets: listSecrets,
  ListSecretVersionIds: listSecretVersionIds,
  UpdateSecret: updateSecret,
  DeleteSecret: deleteSecret,
  RestoreSecret: restoreSecret,
};
