/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
import { AwsError } from "#model/error.ts";
import type { SsmOperation, SsmOperations } from "../context.ts";
import { parameterNotFound } from "../errors.ts";
import { parseReference } from "../names.ts";
import { deleteParameter, readParameter } from "../parameters.ts";

const getParameter: SsmOperation<"GetParameter"> = async (input, context) => ({
  Parameter: await context.store.transaction((tx) =>
    readParameter(tx, context, input.Name!, input.WithDecryption),
  ),
});

/** Names that mean nothing come back as invalid. */
const getParameters: SsmOperation<"GetParameters"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const found = [];
    const invalid = [];
    for (const name of new Set(input.Names))
      try {
        found.push(await readParameter(tx, context, name, input.WithDecryption));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        invalid.push(name);
      }
    return { Parameters: found, InvalidParameters: invalid };
  });

const deleteOne: SsmOperation<"DeleteParameter"> = async (input, context) => {
  const deleted = await context.store.transaction(async (tx) => {
    for (const name of parseReference(input.Name!)?.names ?? [])
      if (await deleteParameter(tx, context, name)) return true;
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
      ((await deleteParameter(tx, context, name)) ? deleted : invalid).push(name);
    return { DeletedParameters: deleted, InvalidParameters: invalid };
  });

export const parameterOperations: SsmOperations = {
  GetParameter: getParameter,
  GetParameters: getParameters,
  DeleteParameter: deleteOne,
  DeleteParameters: deleteSeveral,
};
