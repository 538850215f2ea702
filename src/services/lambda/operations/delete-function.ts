import { functionArn, readFunction } from "../arns.ts";
import { conflict, functionNotFound, invalidParameter } from "../errors.ts";
import { deleteVersion } from "../code/code-uses.ts";
import { reserve } from "../functions/reserve.ts";
import { findFunction } from "../functions/find.ts";
import {
  aliases,
  events,
  functions,
  invokeConfigs,
  latest,
  permissions,
  provisioned,
  versions,
} from "../records.ts";
import { functionUrls } from "../urls/records.ts";
import { deleteUrl } from "./function-urls.ts";
import type { LambdaOperation } from "../state.ts";

/** The function with all its versions, or one version. https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html */
export const deleteFunction: LambdaOperation<"DeleteFunction"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier } = reference;
  if (qualifier === latest)
    throw invalidParameter("$LATEST version cannot be deleted without deleting the function.");
  await context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    if (qualifier !== undefined) {
      const record = await versions.get(tx, scope, name, qualifier);
      if (!record) throw functionNotFound(functionArn(scope, name, qualifier));
      const using = (await aliases.list(tx, scope, [name])).filter(
        ({ version, weights }) => version === qualifier || qualifier in weights,
      );
      if (using.length > 0)
        throw conflict(
          `Version is currently referenced by function alias(es): ${using.map((one) => one.name).join(", ")}. Update or delete the alias and try again.`,
        );
      await deleteVersion(tx, scope, record);
      provisioned.delete(tx, scope, name, qualifier);
      return;
    }
    await reserve(tx, scope, own, undefined);
    functions.delete(tx, scope, name);
    for (const record of await versions.list(tx, scope, [name]))
      await deleteVersion(tx, scope, record);
    for (const url of await functionUrls.list(tx, scope, [name])) deleteUrl(tx, scope, url);
    for (const records of [aliases, permissions, invokeConfigs, provisioned])
      for (const { id } of await records.entries(tx, scope, [name]))
        records.delete(tx, scope, ...id);
    for (const { id, record } of await events.entries(tx, scope))
      if (record.functionName === name) events.delete(tx, scope, ...id);
  });
  return { StatusCode: 204 };
};
