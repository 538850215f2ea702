import type { Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { keyPairIdNotFound, keyPairs } from "../records.ts";

/** A name that is not there is no error; an id that is not there is one. */
export const deleteKeyPair: Ec2Operation<"DeleteKeyPair"> = async (input, context) => {
  const { KeyName, KeyPairId } = input;
  if (!KeyName && !KeyPairId) throw missingParameter("KeyName or KeyPairId");
  const deleted = await context.store.transaction(async (tx) => {
    const all = await keyPairs.list(tx, context);
    const pair = all.find((one) =>
      KeyPairId ? one.keyPairId === KeyPairId : one.keyName === KeyName,
    );
    if (!pair && KeyPairId) throw keyPairIdNotFound(KeyPairId);
    if (pair) keyPairs.delete(tx, context, pair.keyName);
    return pair;
  });
  return { Return: true, ...(deleted && { KeyPairId: deleted.keyPairId }) };
};
