import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { functionArn, readFunction, type FunctionReference } from "../arns.ts";
import { putVersion } from "../code/code-uses.ts";
import { withPackage } from "../code/read-package.ts";
import { preconditionFailed, updateInProgress } from "../errors.ts";
import { configurationOf } from "../functions/configuration.ts";
import { findFunction } from "../functions/find.ts";
import { checkRole, look } from "../functions/look.ts";
import { publish } from "../functions/publish.ts";
import { readSettings } from "../functions/settings.ts";
import { latest, versions, type VersionRecord } from "../records.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
export const updateFunctionConfiguration: LambdaOperation<"UpdateFunctionConfiguration"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const looked = await look(context, input);
  if (input.Role !== undefined) await checkRole(context, input.Role, reference.name);
  return context.store.transaction(async (tx) => {
    const present = await findUpdatable(tx, reference, input.RevisionId);
    const given = { ...input, FunctionName: reference.name };
    const settings = readSettings(given, "UpdateFunctionConfiguration", present.settings, looked);
    return configurationOf(
      reference.scope,
      await change(tx, reference.scope, { ...present, settings }, context),
    );
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
export const updateFunctionCode: LambdaOperation<"UpdateFunctionCode"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope } = reference;
  await context.store.transaction((tx) => findFunction(tx, reference));
  const packages = { named: input, operation: "UpdateFunctionCode" };
  return withPackage(context, packages, async (tx, code) => {
    const own = await findFunction(tx, reference);
    const present = await findUpdatable(tx, reference, input.RevisionId);
    const architecture = input.Architectures?.[0] ?? present.settings.architecture;
    const next = { ...present, code, settings: { ...present.settings, architecture } };
    if (input.DryRun) return configurationOf(scope, next);
    const changed = await change(tx, scope, next, context);
    if (!input.Publish) return configurationOf(scope, changed);
    return configurationOf(scope, await publish(tx, scope, own, changed, context));
  });
};

/** The latest version, unless it changes already or is not the one that the caller knows. */
async function findUpdatable(
  tx: Transaction,
  reference: FunctionReference,
  revisionId: string | undefined,
): Promise<VersionRecord> {
  const { scope, name } = reference;
  await findFunction(tx, { ...reference, qualifier: undefined });
  const record = (await versions.get(tx, scope, name, latest))!;
  if (revisionId !== undefined && revisionId !== record.revisionId) throw preconditionFailed();
  if (record.update === "InProgress") throw updateInProgress(functionArn(scope, name));
  return record;
}

async function change(
  tx: Transaction,
  scope: Scope,
  record: VersionRecord,
  { clock, random }: Pick<LambdaContext, "clock" | "random">,
): Promise<VersionRecord> {
  const changed: VersionRecord = {
    ...record,
    revisionId: random.uuid(),
    modifiedMs: clock.now(),
    update: "InProgress",
  };
  await putVersion(tx, scope, changed);
  return changed;
}
