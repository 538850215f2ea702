/** Resource policies are kept and shown; nobody is refused by one yet. */
import type { SecretsOperation, SecretsOperations } from "../context.ts";
import { malformedPolicy, publicPolicy } from "../errors.ts";
import { findPrimary, putSecret } from "../find.ts";

interface Statement {
  Effect?: string;
  Principal?: unknown;
  Condition?: unknown;
}

function read(text: string): Statement[] {
  try {
    const policy = JSON.parse(text) as { Statement?: Statement | Statement[] };
    return [policy.Statement ?? []].flat();
  } catch {
    throw malformedPolicy();
  }
}

/** Everybody, unconditionally. */
function isPublic(statements: readonly Statement[]): boolean {
  return statements.some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" &&
      Condition === undefined &&
      ["*", '{"AWS":"*"}', '{"AWS":["*"]}'].includes(
        typeof Principal === "string" ? Principal : JSON.stringify(Principal),
      ),
  );
}

const putResourcePolicy: SecretsOperation<"PutResourcePolicy"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const secret = await findPrimary(tx, context, input.SecretId!);
    const statements = read(input.ResourcePolicy!);
    if (input.BlockPublicPolicy && isPublic(statements)) throw publicPolicy();
    putSecret(tx, context, { ...secret, policy: input.ResourcePolicy! });
    return { ARN: secret.arn, Name: secret.name };
  });

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ValidateResourcePolicy.html */
const validateResourcePolicy: SecretsOperation<"ValidateResourcePolicy"> = async (
  input,
  context,
) => {
  const { SecretId } = input;
  if (SecretId !== undefined)
    await context.store.transaction((tx) => findPrimary(tx, context, SecretId));
  const broad = isPublic(read(input.ResourcePolicy!));
  return {
    PolicyValidationPassed: !broad,
    ValidationErrors: broad
      ? [
          {
            CheckName: "PublicPolicyCheck",
            ErrorMessage: "This resource policy grants broad access to the secret.",
          },
        ]
      : [],
  };
};

const getResourcePolicy: SecretsOperation<"GetResourcePolicy"> = async (input, context) => {
  const secret = await context.store.transaction((tx) =>
    findPrimary(tx, context, input.SecretId!, { living: false }),
  );
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }),
  };
};

const deleteResourcePolicy: SecretsOperation<"DeleteResourcePolicy"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { policy: _gone, ...secret } = await findPrimary(tx, context, input.SecretId!);
    putSecret(tx, context, secret);
    return { ARN: secret.arn, Name: secret.name };
  });

export const policyOperations: SecretsOperations = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
  ValidateResourcePolicy: validateResourcePolicy,
};
