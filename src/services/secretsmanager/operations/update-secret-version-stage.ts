import type { SecretsOperation } from "../context.ts";
import { invalidParameter, valueNotFound } from "../errors.ts";
import { findPrimary, putSecret } from "../find.ts";
import { current, moveStages, versionWith } from "../stages.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html */
export const updateSecretVersionStage: SecretsOperation<"UpdateSecretVersionStage"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, input.SecretId!);
    const { MoveToVersionId: to, RemoveFromVersionId: from } = input;
    const stage = input.VersionStage!;
    const attached = versionWith(secret, stage);
    for (const id of [to, from])
      if (id !== undefined && !secret.versions[id]) throw valueNotFound(`VersionId: ${id}`);
    if (attached !== undefined && attached !== to && from !== attached)
      throw invalidParameter(
        from === undefined
          ? `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${attached}, so you must explicitly reference that version in RemoveFromVersionId.`
          : `Staging label ${stage} is not attached to version ${from}.`,
      );
    if (to === undefined && stage === current)
      throw invalidParameter(
        "You can't remove AWSCURRENT from a version without moving it to another one.",
      );
    const versions =
      to === undefined
        ? {
            ...secret.versions,
            ...(from !== undefined && {
              [from]: {
                ...secret.versions[from]!,
                stages: secret.versions[from]!.stages.filter((one) => one !== stage),
              },
            }),
          }
        : moveStages(secret.versions, [stage], to);
    putSecret(tx, context, { ...secret, versions, changedMs: context.clock.now() });
    return { ARN: secret.arn, Name: secret.name };
  });
