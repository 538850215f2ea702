/** Rotation is turned on, asked for and turned off. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { SecretsContext, SecretsOperation, SecretsOperations } from "../context.ts";
import { cannotInvoke, invalidParameter, invalidRequest, unsupported } from "../errors.ts";
import { findPrimary, putSecret } from "../find.ts";
import { versionIdOf } from "../put-version.ts";
import type { RotationRecord } from "../records.ts";
import { beginRotation, nextRotationMs } from "../rotation.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html */
const rotateSecret: SecretsOperation<"RotateSecret"> = async (input, context) => {
  const versionId = versionIdOf(context, input.ClientRequestToken);
  if (input.ExternalSecretRotationRoleArn || input.ExternalSecretRotationMetadata)
    throw unsupported("rotation of external secrets");
  const { AutomaticallyAfterDays: days, ScheduleExpression: schedule } = input.RotationRules ?? {};
  if (days !== undefined && schedule !== undefined)
    throw invalidParameter(
      "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules.",
    );
  const nowMs = context.clock.now();
  const found = await context.store.transaction((tx) => findPrimary(tx, context, input.SecretId!));
  const lambdaArn = input.RotationLambdaARN || found.rotation?.lambdaArn;
  if (lambdaArn === undefined)
    throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
  await checkFunction(context, lambdaArn, found.arn);
  return context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, found.arn);
    if (secret.rotating)
      throw invalidRequest(
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    const {
      days: _days,
      schedule: _schedule,
      duration: _duration,
      ...kept
    } = secret.rotation ?? {};
    const given = input.RotationRules;
    const rules: Pick<RotationRecord, "days" | "schedule" | "duration"> = given
      ? {
          ...(days !== undefined && { days }),
          ...(schedule !== undefined && { schedule }),
          ...(given.Duration !== undefined && { duration: given.Duration }),
        }
      : { ...secret.rotation };
    const rotation: RotationRecord = {
      ...kept,
      ...rules,
      lambdaArn,
      enabled: true,
      nextMs: nextRotationMs(rules, nowMs),
    };
    const only = input.RotateImmediately === false ? ("test" as const) : undefined;
    const begun = beginRotation({ ...secret, rotation }, versionId, nowMs, only);
    putSecret(tx, context, { ...begun, changedMs: nowMs });
    return { ARN: secret.arn, Name: secret.name, ...(!only && { VersionId: versionId }) };
  });
};

/** The function's policy has to let Secrets Manager in. */
async function checkFunction(context: SecretsContext, FunctionName: string, secretArn: string) {
  const lambda = context.clients.lambda(
    asService(context, "secretsmanager.amazonaws.com", secretArn),
  );
  try {
    await lambda.Invoke({ FunctionName, InvocationType: "DryRun" });
  } catch (error) {
    if (error instanceof AwsError) throw cannotInvoke();
    throw error;
  }
}

/** What was begun is given up; the version that it made keeps its label. https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html */
const cancelRotateSecret: SecretsOperation<"CancelRotateSecret"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { rotating, ...secret } = await findPrimary(tx, context, input.SecretId!);
    if (!secret.rotation?.enabled)
      throw invalidRequest(
        "You tried to perform the operation on a secret that's currently not enabled for rotation.",
      );
    const { nextMs: _next, ...rotation } = secret.rotation;
    putSecret(tx, context, { ...secret, rotation: { ...rotation, enabled: false } });
    return {
      ARN: secret.arn,
      Name: secret.name,
      ...(rotating && { VersionId: rotating.versionId }),
    };
  });

export const rotationOperations: SecretsOperations = {
  RotateSecret: rotateSecret,
  CancelRotateSecret: cancelRotateSecret,
};
