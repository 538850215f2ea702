import { readFunction } from "../arns.ts";
import { packageUrl } from "../code/package-site.ts";
import { configurationOf } from "../functions/configuration.ts";
import { findFunction, findVersion } from "../functions/find.ts";
import type { LambdaOperation } from "../state.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html */
export const getFunction: LambdaOperation<"GetFunction"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { own, record } = await context.store.transaction(async (tx) => ({
    own: await findFunction(tx, reference),
    record: (await findVersion(tx, reference)).record,
  }));
  const { tags, reservedConcurrency } = own;
  return {
    Configuration: configurationOf(reference.scope, record, reference.qualifier),
    Code: {
      RepositoryType: "S3",
      Location: packageUrl(context.baseUrl, record.code.sha256),
    },
    ...(Object.keys(tags).length > 0 && { Tags: tags }),
    ...(reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: reservedConcurrency },
    }),
  };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html */
export const getFunctionConfiguration: LambdaOperation<"GetFunctionConfiguration"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { record } = await context.store.transaction((tx) => findVersion(tx, reference));
  return configurationOf(reference.scope, record, reference.qualifier);
};
