import { formatArn } from "#services/kit/arn.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import type { SecretsOperation } from "../context.ts";
import { alreadyExists, nameScheduledForDeletion } from "../errors.ts";
import { putSecret } from "../find.ts";
import { putVersion, versionIdOf } from "../put-version.ts";
import { secrets, values, type SecretRecord } from "../records.ts";
import { replicasFor, replicate, replicationStatus } from "../replication.ts";
import { readValue } from "../value.ts";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export const createSecret: SecretsOperation<"CreateSecret"> = async (input, context) => {
  const replicas = input.AddReplicaRegions?.length
    ? replicasFor(context, input.AddReplicaRegions, input.ForceOverwriteReplicaSecret)
    : undefined;
  const value = readValue(input);
  const versionId = versionIdOf(context, input.ClientRequestToken);
  const nowMs = context.clock.now();
  const name = input.Name!;
  const { random } = context;
  // Services tag the secrets that they manage for somebody; nobody else can.
  const owningService =
    context.principal.type === "service"
      ? input.Tags?.find(({ Key }) => Key === "aws:secretsmanager:owningService")?.Value
      : undefined;
  const suffix = Array.from({ length: 6 }, () => letters[Math.floor(random.next() * 62)]).join("");
  const made = await context.store.transaction(async (tx) => {
    const present = await secrets.get(tx, context, name);
    if (present?.deletionMs !== undefined) throw nameScheduledForDeletion();
    // The same request made twice makes one secret; putVersion compares the values.
    if (present) {
      if (!value || !(await values.get(tx, context, present.arn, versionId)))
        throw alreadyExists(name);
      return present;
    }
    const secret: SecretRecord = {
      name,
      arn: formatArn("secretsmanager", context, `secret:${name}-${suffix}`),
      ...(input.Description !== undefined && { description: input.Description }),
      ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
      ...(input.Type !== undefined && { type: input.Type }),
      createdMs: nowMs,
      changedMs: nowMs,
      tags: tagsFromList(input.Tags),
      ...(owningService !== undefined && { owningService }),
      versions: {},
      ...(replicas && { replicas, primaryRegion: context.region }),
    };
    return putSecret(tx, context, secret);
  });
  const answer = async (VersionId?: string) => {
    if (replicas) await replicate(context, context, name);
    const now = await context.store.transaction((tx) => secrets.get(tx, context, name));
    return {
      ARN: made.arn,
      Name: name,
      ...(VersionId !== undefined && { VersionId }),
      ...(now?.replicas && { ReplicationStatus: replicationStatus(now) }),
    };
  };
  if (!value) return answer();
  try {
    await putVersion(context, { secretId: made.arn, token: versionId, value });
  } catch (error) {
    // A key that cannot be used leaves no secret behind.
    await context.store.transaction(async (tx) => {
      const now = await secrets.get(tx, context, name);
      if (now?.arn === made.arn && Object.keys(now.versions).length === 0)
        secrets.delete(tx, context, name);
    });
    throw error;
  }
  return answer(versionId);
};
