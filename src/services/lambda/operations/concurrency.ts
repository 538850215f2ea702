import { readFunction } from "../arns.ts";
import { invalidParameter } from "../errors.ts";
import { findFunction } from "../functions/find.ts";
import { reserve, reservedSum } from "../functions/reserve.ts";
import { limits } from "../limits.ts";
import { codes, everywhere, functions, versions } from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionConcurrency.html */
export const putFunctionConcurrency: LambdaOperation<"PutFunctionConcurrency"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const wanted = input.ReservedConcurrentExecutions!;
  return context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    const kept = await reserve(tx, reference.scope, own, wanted);
    if (limits.concurrency - kept < limits.unreservedConcurrency)
      throw invalidParameter(
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${limits.unreservedConcurrency}].`,
      );
    return { ReservedConcurrentExecutions: wanted };
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html */
export const getFunctionConcurrency: LambdaOperation<"GetFunctionConcurrency"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const own = await context.store.transaction((tx) => findFunction(tx, reference));
  return own.reservedConcurrency === undefined
    ? {}
    : { ReservedConcurrentExecutions: own.reservedConcurrency };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionConcurrency.html */
export const deleteFunctionConcurrency: LambdaOperation<"DeleteFunctionConcurrency"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  await context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    await reserve(tx, reference.scope, own, undefined);
  });
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html */
export const getAccountSettings: LambdaOperation<"GetAccountSettings"> = async (_input, context) =>
  context.store.transaction(async (tx) => {
    const own = await functions.list(tx, context);
    const kept = await reservedSum(tx, context);
    const used = new Set((await versions.list(tx, context)).map(({ code }) => code.sha256));
    const sizes = await codes.entries(tx, everywhere);
    return {
      AccountLimit: {
        TotalCodeSize: limits.codeStorageBytes,
        CodeSizeUnzipped: limits.unpackedBytes,
        CodeSizeZipped: limits.zipBytes,
        ConcurrentExecutions: limits.concurrency,
        UnreservedConcurrentExecutions: limits.concurrency - kept,
      },
      AccountUsage: {
        TotalCodeSize: sizes
          .filter(({ id }) => used.has(String(id[0])))
          .reduce((sum, { record }) => sum + record.sizeBytes, 0),
        FunctionCount: own.length,
      },
    };
  });
