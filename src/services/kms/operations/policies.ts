/** Key policies, which have one name: "default". */
import { changeKey } from "../change-key.ts";
import type { KmsOperation, KmsOperations } from "../context.ts";
import { notFound } from "../errors.ts";
import { findKey } from "../find.ts";
import { checkPolicy } from "../policy.ts";

function checkName(name: string | undefined): void {
  if (name !== undefined && name !== "default") throw notFound("No such policy exists");
}

const getKeyPolicy: KmsOperation<"GetKeyPolicy"> = async (input, context) => {
  const key = await context.store.transaction((tx) =>
    findKey(tx, context, input.KeyId!, { aliasAllowed: false }),
  );
  checkName(input.PolicyName);
  return { Policy: key.policy, PolicyName: "default" };
};

const putKeyPolicy: KmsOperation<"PutKeyPolicy"> = async (input, context) => {
  await changeKey(context, input.KeyId!, (key) => {
    checkName(input.PolicyName);
    checkPolicy(input.Policy!);
    return { ...key, policy: input.Policy! };
  });
  return {};
};

const listKeyPolicies: KmsOperation<"ListKeyPolicies"> = async (input, context) => {
  await context.store.transaction((tx) =>
    findKey(tx, context, input.KeyId!, { aliasAllowed: false }),
  );
  return { PolicyNames: ["default"], Truncated: false };
};

export const policyOperations: KmsOperations = {
  GetKeyPolicy: getKeyPolicy,
  PutKeyPolicy: putKeyPolicy,
  ListKeyPolicies: listKeyPolicies,
};
