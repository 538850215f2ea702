/** Values are put, read one by one and in batches. */
import { AwsError } from "#model/error.ts";
import { dateOf } from "#runtime/date.ts";
import type { SecretsContext, SecretsOperation, SecretsOperations } from "../context.ts";
import { invalidParameter, invalidRequest, valueNotFound } from "../errors.ts";
import { findSecret, putSecret } from "../find.ts";
import { dayMs, limits } from "../limits.ts";
import { listing } from "../listing.ts";
import { putVersion } from "../put-version.ts";
import { values } from "../records.ts";
import { current, versionWith } from "../stages.ts";
import { openValue, requireValue, told } from "../value.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html */
const putSecretValue: SecretsOperation<"PutSecretValue"> = async (input, context) => {
  if (input.VersionStages?.length === 0)
    throw invalidParameter("VersionStages must have at least one label.");
  const value = requireValue(input);
  const { secret, versionId } = await putVersion(context, {
    secretId: input.SecretId!,
    token: input.ClientRequestToken,
    value,
    stages: input.VersionStages,
  });
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: versionId,
    VersionStages: secret.versions[versionId]?.stages ?? [],
  };
};

interface Wanted {
  SecretId?: string | undefined;
  VersionId?: string | undefined;
  VersionStage?: string | undefined;
}

async function read(context: SecretsContext, { SecretId, VersionId, VersionStage }: Wanted) {
  const found = await context.store.transaction(async (tx) => {
    const secret = await findSecret(tx, context, SecretId!);
    const stage = VersionStage ?? (VersionId === undefined ? current : undefined);
    const versionId = VersionId ?? versionWith(secret, stage!);
    const facts = versionId === undefined ? undefined : secret.versions[versionId];
    if (versionId === undefined) throw valueNotFound(`staging label: ${stage}`);
    if (!facts) throw valueNotFound(`VersionId: ${versionId}`);
    if (
      VersionId !== undefined &&
      VersionStage !== undefined &&
      !facts.stages.includes(VersionStage)
    )
      throw invalidRequest(
        "You provided a VersionStage that is not associated to the provided VersionId.",
      );
    const value = await values.get(tx, context, secret.arn, versionId);
    if (!value) throw valueNotFound(`VersionId: ${versionId}`);
    const nowMs = context.clock.now();
    const accessedMs = nowMs - (nowMs % dayMs);
    if (secret.accessedMs !== accessedMs || facts.accessedMs !== accessedMs)
      putSecret(tx, context, {
        ...secret,
        accessedMs,
        versions: { ...secret.versions, [versionId]: { ...facts, accessedMs } },
      });
    return { secret, versionId, facts, value };
  });
  const { secret, versionId, facts } = found;
  const value = await openValue(context, { arn: secret.arn, versionId }, found.value);
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: versionId,
    ...told(value),
    VersionStages: facts.stages,
    CreatedDate: dateOf(facts.createdMs),
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
const getSecretValue: SecretsOperation<"GetSecretValue"> = (input, context) => read(context, input);

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html */
const batchGetSecretValue: SecretsOperation<"BatchGetSecretValue"> = async (input, context) => {
  const { SecretIdList, Filters, MaxResults } = input;
  if (SecretIdList?.length && Filters?.length)
    throw invalidParameter("Either 'SecretIdList' or 'Filters' must be provided, but not both.");
  if (MaxResults !== undefined && !Filters?.length)
    throw invalidParameter(
      "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
    );
  let ids = SecretIdList;
  let nextToken: string | undefined;
  if (!ids?.length) {
    const page = await listing(context, {
      Filters,
      NextToken: input.NextToken,
      limit: MaxResults ?? limits.batchPage,
    });
    ids = page.items.map(({ arn }) => arn);
    nextToken = page.nextToken;
  }
  const SecretValues: Awaited<ReturnType<typeof read>>[] = [];
  const Errors: { SecretId: string; ErrorCode: string; Message: string }[] = [];
  for (const SecretId of ids)
    try {
      SecretValues.push(await read(context, { SecretId }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const deleted = error.message.includes("marked for deletion");
      Errors.push({
        SecretId,
        ErrorCode: error.code,
        Message: deleted
          ? "You can't perform this operation on the secret because it was currently marked deleted."
          : error.message,
      });
    }
  return { SecretValues, Errors, ...(nextToken !== undefined && { NextToken: nextToken }) };
};

export const valueOperations: SecretsOperations = {
  PutSecretValue: putSecretValue,
  GetSecretValue: getSecretValue,
  BatchGetSecretValue: batchGetSecretValue,
};
