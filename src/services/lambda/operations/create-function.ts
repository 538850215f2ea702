import { checkTags } from "../tags.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn, readFunction } from "../arns.ts";
import { putVersion } from "../code/code-uses.ts";
import { withPackage } from "../code/read-package.ts";
import { functionExists } from "../errors.ts";
import { configurationOf } from "../functions/configuration.ts";
import { checkRole, look } from "../functions/look.ts";
import { publish } from "../functions/publish.ts";
import { readSettings } from "../functions/settings.ts";
import {
  functions,
  latest,
  type FunctionConfiguration,
  type FunctionRecord,
  type VersionRecord,
} from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/**
 * The function is Pending until its code is unpacked, which reconcilers/version.ts does.
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
export const createFunction: LambdaOperation<"CreateFunction"> = async (input, context) => {
  const { scope, name } = readFunction(input.FunctionName, context);
  checkTags(input.Tags, context.principal);
  const settings = readSettings(
    { ...input, FunctionName: name },
    "CreateFunction",
    undefined,
    await look(context, input),
  );
  await checkRole(context, settings.role, name);
  const own: FunctionRecord = {
    name,
    tags: input.Tags ?? {},
    nextVersion: 1,
    reservedConcurrency: undefined,
    recursiveLoop: "Terminate",
    runtimeUpdates: { mode: "Auto" },
  };
  const packages = { named: input.Code ?? {}, operation: "CreateFunction" };
  return withPackage(context, packages, async (tx, code) => {
    if (await functions.get(tx, scope, name)) throw functionExists(name);
    const record: VersionRecord = {
      functionName: name,
      version: latest,
      settings,
      code,
      revisionId: context.random.uuid(),
      modifiedMs: context.clock.now(),
      state: "Pending",
      update: "InProgress",
    };
    functions.put(tx, scope, [name], own);
    await putVersion(tx, scope, record);
    const made = input.Publish ? await publish(tx, scope, own, record, context) : record;
    return createdShape(scope, made);
  });
};

/** The function's ARN names no version, even of one that is published at once; nothing was updated yet. */
function createdShape(scope: Scope, record: VersionRecord): FunctionConfiguration {
  const {
    LastUpdateStatus: _status,
    LastUpdateStatusReason: _reason,
    LastUpdateStatusReasonCode: _code,
    ...shape
  } = configurationOf(scope, record);
  return { ...shape, FunctionArn: functionArn(scope, record.functionName) };
}
