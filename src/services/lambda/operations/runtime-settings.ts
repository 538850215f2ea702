import { functionArn, readFunction } from "../arns.ts";
import { findFunction } from "../functions/find.ts";
import { functions } from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetRuntimeManagementConfig.html */
export const getRuntimeManagementConfig: LambdaOperation<"GetRuntimeManagementConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier } = reference;
  const { runtimeUpdates } = await context.store.transaction((tx) => findFunction(tx, reference));
  return {
    UpdateRuntimeOn: runtimeUpdates.mode as "Auto",
    RuntimeVersionArn: runtimeUpdates.arn,
    FunctionArn: functionArn(scope, name, qualifier),
  };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html */
export const putRuntimeManagementConfig: LambdaOperation<"PutRuntimeManagementConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier } = reference;
  const runtimeUpdates = { mode: input.UpdateRuntimeOn!, arn: input.RuntimeVersionArn };
  await context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    functions.put(tx, scope, [name], { ...own, runtimeUpdates });
  });
  return {
    UpdateRuntimeOn: input.UpdateRuntimeOn!,
    RuntimeVersionArn: input.RuntimeVersionArn,
    FunctionArn: functionArn(scope, name, qualifier),
  };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionRecursionConfig.html */
export const getFunctionRecursionConfig: LambdaOperation<"GetFunctionRecursionConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const own = await context.store.transaction((tx) => findFunction(tx, reference));
  return { RecursiveLoop: own.recursiveLoop };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html */
export const putFunctionRecursionConfig: LambdaOperation<"PutFunctionRecursionConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const recursiveLoop = input.RecursiveLoop!;
  await context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    functions.put(tx, reference.scope, [own.name], { ...own, recursiveLoop });
  });
  return { RecursiveLoop: recursiveLoop };
};

/** Nothing is signed here. https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionCodeSigningConfig.html */
export const getFunctionCodeSigningConfig: LambdaOperation<"GetFunctionCodeSigningConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  await context.store.transaction((tx) => findFunction(tx, reference));
  return { CodeSigningConfigArn: "", FunctionName: reference.name };
};
