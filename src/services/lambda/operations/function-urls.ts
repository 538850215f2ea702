/** Functions' own addresses. https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html */
import type { Cors } from "@aws-sdk/client-lambda";
import { isoMillis } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { functionArn, readFunction, type FunctionReference } from "../arns.ts";
import { conflict, notFound } from "../errors.ts";
import { findFunction, findVersion } from "../functions/find.ts";
import { pageOf } from "../paging.ts";
import { everywhere, latest } from "../records.ts";
import type { LambdaContext, LambdaOperation } from "../state.ts";
import { functionUrls, urlIds, type UrlCors, type UrlRecord } from "../urls/records.ts";
import { functionUrl } from "../urls/url-host.ts";

const urlIdLength = 32;
const urlIdAlphabet = "abcdefghijklmnopqrstuvwxyz234567";

function shapeOf(scope: Scope, record: UrlRecord, { gateway }: Pick<LambdaContext, "gateway">) {
  const { functionName, qualifier, cors } = record;
  const shown = qualifier === latest ? undefined : qualifier;
  const timeOf = (ms: number) => isoMillis(ms).replace("Z", "+0000");
  return {
    FunctionUrl: functionUrl(record.urlId, scope.region, gateway),
    FunctionArn: functionArn(scope, functionName, shown),
    AuthType: record.authType,
    ...(cors && { Cors: shownCors(cors) }),
    CreationTime: timeOf(record.createdMs),
    LastModifiedTime: timeOf(record.modifiedMs),
    InvokeMode: record.invokeMode,
  };
}

function readCors(given: Cors): UrlCors {
  return {
    allowCredentials: given.AllowCredentials ?? false,
    allowHeaders: given.AllowHeaders ?? [],
    allowMethods: given.AllowMethods ?? [],
    allowOrigins: given.AllowOrigins ?? [],
    exposeHeaders: given.ExposeHeaders ?? [],
    maxAgeSeconds: given.MaxAge,
  };
}

function shownCors(cors: UrlCors): Cors {
  const { allowHeaders, allowMethods, allowOrigins, exposeHeaders, maxAgeSeconds } = cors;
  return {
    ...(cors.allowCredentials && { AllowCredentials: true }),
    ...(allowHeaders.length > 0 && { AllowHeaders: allowHeaders }),
    ...(allowMethods.length > 0 && { AllowMethods: allowMethods }),
    ...(allowOrigins.length > 0 && { AllowOrigins: allowOrigins }),
    ...(exposeHeaders.length > 0 && { ExposeHeaders: exposeHeaders }),
    ...(maxAgeSeconds !== undefined && { MaxAge: maxAgeSeconds }),
  };
}

/** Throws ResourceNotFoundException. */
async function find(
  tx: Transaction,
  { scope, name, qualifier = latest }: FunctionReference,
): Promise<UrlRecord> {
  const found = await functionUrls.get(tx, scope, name, qualifier);
  if (!found) throw notFound("The resource you requested does not exist.");
  return found;
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunctionUrlConfig.html */
export const createFunctionUrlConfig: LambdaOperation<"CreateFunctionUrlConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier = latest } = reference;
  const nowMs = context.clock.now();
  const record: UrlRecord = {
    urlId: context.random.string(urlIdLength, urlIdAlphabet),
    functionName: name,
    qualifier,
    authType: input.AuthType!,
    cors: input.Cors && readCors(input.Cors),
    invokeMode: input.InvokeMode ?? "BUFFERED",
    createdMs: nowMs,
    modifiedMs: nowMs,
  };
  return context.store.transaction(async (tx) => {
    await findVersion(tx, reference);
    if (await functionUrls.get(tx, scope, name, qualifier))
      throw conflict(
        `Failed to create function url config for [functionArn = ${functionArn(scope, name, reference.qualifier)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
      );
    functionUrls.put(tx, scope, [name, qualifier], record);
    urlIds.put(tx, everywhere, [record.urlId], { scope, functionName: name, qualifier });
    return shapeOf(scope, record, context);
  });
};

/** What is not named stays. https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionUrlConfig.html */
export const updateFunctionUrlConfig: LambdaOperation<"UpdateFunctionUrlConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const { scope, name, qualifier = latest } = reference;
  return context.store.transaction(async (tx) => {
    const present = await find(tx, reference);
    const record: UrlRecord = {
      ...present,
      authType: input.AuthType ?? present.authType,
      cors: input.Cors ? readCors(input.Cors) : present.cors,
      invokeMode: input.InvokeMode ?? present.invokeMode,
      modifiedMs: context.clock.now(),
    };
    functionUrls.put(tx, scope, [name, qualifier], record);
    return shapeOf(scope, record, context);
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionUrlConfig.html */
export const getFunctionUrlConfig: LambdaOperation<"GetFunctionUrlConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  const found = await context.store.transaction((tx) => find(tx, reference));
  return shapeOf(reference.scope, found, context);
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunctionUrlConfig.html */
export const deleteFunctionUrlConfig: LambdaOperation<"DeleteFunctionUrlConfig"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context, input.Qualifier);
  await context.store.transaction(async (tx) => {
    deleteUrl(tx, reference.scope, await find(tx, reference));
  });
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionUrlConfigs.html */
export const listFunctionUrlConfigs: LambdaOperation<"ListFunctionUrlConfigs"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  const all = await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    return functionUrls.list(tx, scope, [name]);
  });
  const page = pageOf(all, input, ({ qualifier }) => qualifier);
  return {
    FunctionUrlConfigs: page.items.map((record) => shapeOf(scope, record, context)),
    NextMarker: page.NextMarker,
  };
};

/** A URL goes with the function or alias that it leads to. */
export function deleteUrl(tx: Transaction, scope: Scope, record: UrlRecord): void {
  functionUrls.delete(tx, scope, record.functionName, record.qualifier);
  urlIds.delete(tx, everywhere, record.urlId);
}
