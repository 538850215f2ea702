/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
import { AwsError } from "#model/error.ts";
import type { SsmContext, SsmOperation, SsmOperations } from "../context.ts";
import { parameterNotFound } from "../errors.ts";
import { parseReference } from "../names.ts";
import { putNotice } from "../notices.ts";
import { changeNotice } from "../parameter-notices.ts";
import { deleteParameter, findParameter, showParameter } from "../parameters.ts";
import { isSecretReference, referencedSecret } from "../referenced-secret.ts";
import type { Transaction } from "#store/store.ts";

async function read(context: SsmContext, name: string, withDecryption: boolean | undefined) {
  if (isSecretReference(name)) return referencedSecret(context, name, withDecryption);
  const found = await context.store.transaction((tx) => findParameter(tx, context, name));
  return showParameter(context, found, withDecryption);
}

const getParameter: SsmOperation<"GetParameter"> = async (input, context) => ({
  Parameter: await read(context, input.Name!, input.WithDecryption),
});

/** Names that mean nothing come back as invalid. */
const getParameters: SsmOperation<"GetParameters"> = async (input, context) => {
  const found = [];
  const invalid = [];
  for (const name of new Set(input.Names))
    try {
      found.push(await read(context, name, input.WithDecryption));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (!/^Parameter(Version)?NotFound$/.test(error.code)) throw error;
      invalid.push(name);
    }
  return { Parameters: found, InvalidParameters: invalid };
};

async function remove(tx: Transaction, context: SsmContext, name: string): Promise<boolean> {
  const gone = await deleteParameter(tx, context, name);
  if (gone)
    putNotice(
      tx,
      context,
      context.random,
      changeNotice(context, gone, "Delete", context.clock.now()),
    );
  return gone !== undefined;
}

const deleteOne: SsmOperation<"DeleteParameter"> = async (input, context) => {
  const deleted = await context.store.transaction(async (tx) => {
    for (const name of parseReference(input.Name!)?.names ?? [])
      if (await remove(tx, context, name)) return true;
    return false;
  });
  if (!deleted) throw parameterNotFound(input.Name!);
  return {};
};

const deleteSeveral: SsmOperation<"DeleteParameters"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const deleted: string[] = [];
    const invalid: string[] = [];
    for (const name of new Set(input.Names))
      ((await remove(tx, context, name)) ? deleted : invalid).push(name);
    return { DeletedParameters: deleted, InvalidParameters: invalid };
  });

export const parameterOperations: SsmOperations = {
  GetParameter: getParameter,
  GetParameters: getParameters,
  DeleteParameter: deleteOne,
  DeleteParameters: deleteSeveral,
};
