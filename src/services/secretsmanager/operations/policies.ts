/** Resource policies are kept and shown; nobody is refused by one yet. */
import type { SecretsOperation, SecretsOperations } from "../context.ts";
import { malformedPolicy, publicPolicy } from "../errors.ts";
import { findSecret, putSecret } from "../find.ts";

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

const putResourcePolicy: SecretsOperation<"PutResourcePolicy"> = async (input, context) => {
  const statements = read(input.ResourcePolicy!);
  if (input.BlockPublicPolicy && isPublic(statements)) throw publicPolicy();
  return context.store.transaction(async (tx) => {
    const secret = await findSecret(tx, context, input.SecretId!);
    putSecret(tx, context, { ...secret, policy: input.ResourcePolicy! });
    return { ARN: secret.arn, Name: secret.name };
  });
};

const getResourcePolicy: SecretsOperation<"GetResourcePolicy"> = async (input, context) => {
  const secret = await context.store.transaction((tx) =>
    findSecret(tx, context, input.SecretId!, { living: false }),
  );
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(secret.policy !== undefined && { ResourcePolicy: secret.policy }),
  };
};

const deleteResourcePolicy: SecretsOperation<"DeleteResourcePolicy"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { policy: _gone, ...secret } = await findSecret(tx, context, input.SecretId!);
    putSecret(tx, context, secret);
    return { ARN: secret.arn, Name: secret.name };
  });

export const policyOperations: SecretsOperations = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
};
