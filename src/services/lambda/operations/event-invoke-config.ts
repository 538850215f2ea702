import type { Input } from "#model/sdk.ts";
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn, readFunction } from "../arns.ts";
import { notFound } from "../errors.ts";
import { findFunction, findVersion } from "../functions/find.ts";
import { pageOf } from "../paging.ts";
import { invokeConfigs, latest, type InvokeConfigRecord } from "../records.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";

function shapeOf(scope: Scope, name: string, qualifier: string, record: InvokeConfigRecord) {
  return {
    LastModified: dateOf(record.modifiedMs),
    FunctionArn: functionArn(scope, name, qualifier),
    MaximumRetryAttempts: record.maximumRetryAttempts,
    MaximumEventAgeInSeconds: record.maximumAgeSeconds,
    DestinationConfig: { OnSuccess: {}, OnFailure: {}, ...record.destinations },
  };
}

/** Puts replace everything, updates what they name. */
async function write(
  input: Input<"lambda", "PutFunctionEventInvokeConfig">,
  context: LambdaContext,
  keepsRest: boolean,
) {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier = latest } = reference;
  return context.store.transaction(async (tx) => {
    await findVersion(tx, reference);
    const present = await invokeConfigs.get(tx, scope, name, qualifier);
    if (keepsRest && !present) throw missing(scope, name, qualifier);
    const old = keepsRest ? present : undefined;
    const record: InvokeConfigRecord = {
      maximumRetryAttempts: input.MaximumRetryAttempts ?? old?.maximumRetryAttempts,
      maximumAgeSeconds: input.MaximumEventAgeInSeconds ?? old?.maximumAgeSeconds,
      destinations: input.DestinationConfig ?? old?.destinations ?? {},
      modifiedMs: context.clock.now(),
    };
    invokeConfigs.put(tx, scope, [name, qualifier], record);
    return shapeOf(scope, name, qualifier, record);
  });
}

const missing = (scope: Scope, name: string, qualifier: string) =>
  notFound(`The function ${functionArn(scope, name, qualifier)} doesn't have an EventInvokeConfig`);

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html */
export const putFunctionEventInvokeConfig: LambdaOperation<"PutFunctionEventInvokeConfig"> = (
  input,
  context,
) => write(input, context, false);

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionEventInvokeConfig.html */
export const updateFunctionEventInvokeConfig: LambdaOperation<"UpdateFunctionEventInvokeConfig"> = (
  input,
  context,
) => write(input, context, true);

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionEventInvokeConfig.html */
export const getFunctionEventInvokeConfig: LambdaOperation<"GetFunctionEventInvokeConfig"> = async (
  input,
  context,
) => {
  const {
    scope,
    name,
    qualifier = latest,
  } = readFunction(input.FunctionName, context, input.Qualifier);
  const found = await context.store.transaction((tx) =>
    invokeConfigs.get(tx, scope, name, qualifier),
  );
  if (!found) throw missing(scope, name, qualifier);
  return shapeOf(scope, name, qualifier, found);
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionEventInvokeConfig.html */
export const deleteFunctionEventInvokeConfig: LambdaOperation<
  "DeleteFunctionEventInvokeConfig"
> = async (input, context) => {
  const {
    scope,
    name,
    qualifier = latest,
  } = readFunction(input.FunctionName, context, input.Qualifier);
  await context.store.transaction(async (tx) => {
    if (!(await invokeConfigs.get(tx, scope, name, qualifier)))
      throw missing(scope, name, qualifier);
    invokeConfigs.delete(tx, scope, name, qualifier);
  });
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html */
export const listFunctionEventInvokeConfigs: LambdaOperation<
  "ListFunctionEventInvokeConfigs"
> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  const all = await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    return invokeConfigs.entries(tx, scope, [name]);
  });
  const page = pageOf(all, input, ({ id }) => String(id[1]));
  return {
    FunctionEventInvokeConfigs: page.items.map(({ id, record }) =>
      shapeOf(scope, name, String(id[1]), record),
    ),
    NextMarker: page.NextMarker,
  };
};
