/** Environments that stand ready. https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html */
import { isoMillis } from "#runtime/date.ts";
import { AwsError } from "#model/error.ts";
import type { Scope } from "#store/collection.ts";
import { functionArn, readFunction, type FunctionReference } from "../arns.ts";
import { invalidParameter } from "../errors.ts";
import { findFunction, findVersion } from "../functions/find.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { latest, provisioned, type ProvisionedRecord } from "../records.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";

const missing = () =>
  new AwsError({
    code: "ProvisionedConcurrencyConfigNotFoundException",
    message: "No Provisioned Concurrency Config found for this function",
    members: { Type: "User" },
  });

function shapeOf(record: ProvisionedRecord) {
  const { wanted, ready, failure, modifiedMs } = record;
  const status =
    failure === undefined
      ? ready === wanted
        ? ("READY" as const)
        : ("IN_PROGRESS" as const)
      : ("FAILED" as const);
  return {
    RequestedProvisionedConcurrentExecutions: wanted,
    AvailableProvisionedConcurrentExecutions: ready,
    AllocatedProvisionedConcurrentExecutions: ready,
    Status: status,
    ...(failure !== undefined && { StatusReason: failure }),
    LastModified: isoMillis(modifiedMs).replace("Z", "+0000"),
  };
}

/** The qualifier, which must be an alias or a number. Throws InvalidParameterValueException. */
function qualified(
  input: { FunctionName?: string | undefined; Qualifier?: string | undefined },
  context: LambdaContext,
): FunctionReference & { qualifier: string } {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { qualifier } = reference;
  if (qualifier === undefined || qualifier === latest)
    throw invalidParameter(
      "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    );
  return { ...reference, qualifier };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html */
export const putProvisionedConcurrencyConfig: LambdaOperation<
  "PutProvisionedConcurrencyConfig"
> = async (input, context) => {
  const reference = qualified(input, context);
  const { scope, name, qualifier } = reference;
  const wanted = input.ProvisionedConcurrentExecutions!;
  return context.store.transaction(async (tx) => {
    const own = await findFunction(tx, reference);
    await findVersion(tx, reference);
    const others = (await provisioned.entries(tx, scope)).filter(
      ({ id }) => !(id[0] === name && id[1] === qualifier),
    );
    const most = own.reservedConcurrency ?? limits.concurrency - limits.unreservedConcurrency;
    const rivals =
      own.reservedConcurrency === undefined ? others : others.filter(({ id }) => id[0] === name);
    if (rivals.reduce((sum, { record }) => sum + record.wanted, wanted) > most)
      throw invalidParameter(
        own.reservedConcurrency === undefined
          ? "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
          : `Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function`,
      );
    const present = await provisioned.get(tx, scope, name, qualifier);
    const record: ProvisionedRecord = {
      wanted,
      ready: Math.min(present?.ready ?? 0, wanted),
      failure: undefined,
      modifiedMs: context.clock.now(),
    };
    provisioned.put(tx, scope, [name, qualifier], record);
    return { ...shapeOf(record), Status: "IN_PROGRESS" };
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetProvisionedConcurrencyConfig.html */
export const getProvisionedConcurrencyConfig: LambdaOperation<
  "GetProvisionedConcurrencyConfig"
> = async (input, context) => {
  const reference = qualified(input, context);
  const { scope, name, qualifier } = reference;
  const found = await context.store.transaction(async (tx) => {
    await findVersion(tx, reference);
    return provisioned.get(tx, scope, name, qualifier);
  });
  if (!found) throw missing();
  return shapeOf(found);
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteProvisionedConcurrencyConfig.html */
export const deleteProvisionedConcurrencyConfig: LambdaOperation<
  "DeleteProvisionedConcurrencyConfig"
> = async (input, context) => {
  const { scope, name, qualifier } = qualified(input, context);
  await context.store.transaction(async (tx) => provisioned.delete(tx, scope, name, qualifier));
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListProvisionedConcurrencyConfigs.html */
export const listProvisionedConcurrencyConfigs: LambdaOperation<
  "ListProvisionedConcurrencyConfigs"
> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  const all = await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    return provisioned.entries(tx, scope, [name]);
  });
  const page = pageOf(all, input, ({ id }) => String(id[1]));
  return {
    ProvisionedConcurrencyConfigs: page.items.map(({ id, record }) => ({
      FunctionArn: arnOf(scope, name, String(id[1])),
      ...shapeOf(record),
    })),
    NextMarker: page.NextMarker,
  };
};

const arnOf = (scope: Scope, name: string, qualifier: string) =>
  functionArn(scope, name, qualifier);
