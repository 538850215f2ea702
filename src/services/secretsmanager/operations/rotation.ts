/** Rotation is done by Lambda functions, of which Fogbank has none: what asks for one is refused, what does not gets AWS's answer. */
import type { SecretsOperation, SecretsOperations } from "../context.ts";
import { invalidRequest, unsupported } from "../errors.ts";
import { findPrimary } from "../find.ts";
import { versionIdOf } from "../put-version.ts";

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html */
const rotateSecret: SecretsOperation<"RotateSecret"> = async (input, context) => {
  versionIdOf(context, input.ClientRequestToken);
  await context.store.transaction((tx) => findPrimary(tx, context, input.SecretId!));
  if (input.RotationRules?.AutomaticallyAfterDays && input.RotationRules.ScheduleExpression)
    throw invalidRequest(
      "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules.",
    );
  if (input.RotationLambdaARN || input.ExternalSecretRotationRoleArn)
    throw unsupported("rotation: it has no Lambda functions that could change a secret");
  throw invalidRequest("No Lambda rotation function ARN is associated with this secret.");
};

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html */
const cancelRotateSecret: SecretsOperation<"CancelRotateSecret"> = async (input, context) => {
  await context.store.transaction((tx) => findPrimary(tx, context, input.SecretId!));
  throw invalidRequest(
    "You tried to perform the operation on a secret that's currently not enabled for rotation.",
  );
};

export const rotationOperations: SecretsOperations = {
  RotateSecret: rotateSecret,
  CancelRotateSecret: cancelRotateSecret,
};
