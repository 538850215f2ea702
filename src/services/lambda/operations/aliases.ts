import type { Scope } from "#store/collection.ts";
import { functionArn, readFunction } from "../arns.ts";
import {
  aliasNotFound,
  conflict,
  functionNotFound,
  invalidParameter,
  preconditionFailed,
} from "../errors.ts";
import { findFunction } from "../functions/find.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { aliases, latest, provisioned, versions, type AliasRecord } from "../records.ts";
import type { LambdaOperation } from "../state.ts";
import { functionUrls } from "../urls/records.ts";
import { deleteUrl } from "./function-urls.ts";
import type { Transaction } from "#store/store.ts";

/** https://docs.aws.amazon.com/lambda/latest/api/API_AliasConfiguration.html */
function shapeOf(scope: Scope, record: AliasRecord) {
  const { functionName, name, version, description, weights, revisionId } = record;
  return {
    AliasArn: functionArn(scope, functionName, name),
    Name: name,
    FunctionVersion: version,
    Description: description,
    ...(Object.keys(weights).length > 0 && {
      RoutingConfig: { AdditionalVersionWeights: weights },
    }),
    RevisionId: revisionId,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html */
export const createAlias: LambdaOperation<"CreateAlias"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  return context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    const arn = functionArn(scope, name, input.Name);
    if (await aliases.get(tx, scope, name, input.Name!))
      throw conflict(`Alias already exists: ${arn}`);
    const record: AliasRecord = {
      functionName: name,
      name: input.Name!,
      description: input.Description ?? "",
      version: input.FunctionVersion!,
      weights: input.RoutingConfig?.AdditionalVersionWeights ?? {},
      revisionId: context.random.uuid(),
    };
    await checkVersions(tx, scope, record);
    aliases.put(tx, scope, [name, record.name], record);
    return shapeOf(scope, record);
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html */
export const updateAlias: LambdaOperation<"UpdateAlias"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  return context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    const present = await aliases.get(tx, scope, name, input.Name!);
    if (!present) throw aliasNotFound(functionArn(scope, name, input.Name));
    if (input.RevisionId !== undefined && input.RevisionId !== present.revisionId)
      throw preconditionFailed();
    const record: AliasRecord = {
      ...present,
      description: input.Description ?? present.description,
      version: input.FunctionVersion ?? present.version,
      weights: input.RoutingConfig
        ? (input.RoutingConfig.AdditionalVersionWeights ?? {})
        : present.weights,
      revisionId: context.random.uuid(),
    };
    await checkVersions(tx, scope, record);
    aliases.put(tx, scope, [name, record.name], record);
    return shapeOf(scope, record);
  });
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_GetAlias.html */
export const getAlias: LambdaOperation<"GetAlias"> = async (input, context) => {
  const { scope, name } = readFunction(input.FunctionName, context);
  const found = await context.store.transaction((tx) => aliases.get(tx, scope, name, input.Name!));
  if (!found) throw aliasNotFound(functionArn(scope, name, input.Name));
  return shapeOf(scope, found);
};

/** An alias that is not there is no error. https://docs.aws.amazon.com/lambda/latest/api/API_DeleteAlias.html */
export const deleteAlias: LambdaOperation<"DeleteAlias"> = async (input, context) => {
  const { scope, name } = readFunction(input.FunctionName, context);
  await context.store.transaction(async (tx) => {
    aliases.delete(tx, scope, name, input.Name!);
    provisioned.delete(tx, scope, name, input.Name!);
    const url = await functionUrls.get(tx, scope, name, input.Name!);
    if (url) deleteUrl(tx, scope, url);
  });
  return {};
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListAliases.html */
export const listAliases: LambdaOperation<"ListAliases"> = async (input, context) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  const all = await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    return aliases.list(tx, scope, [name]);
  });
  const meant = all.filter(
    ({ version, weights }) =>
      input.FunctionVersion === undefined ||
      version === input.FunctionVersion ||
      input.FunctionVersion in weights,
  );
  const page = pageOf(meant, input, (record) => record.name, input.MaxItems ?? limits.listPage);
  return {
    Aliases: page.items.map((record) => shapeOf(scope, record)),
    NextMarker: page.NextMarker,
  };
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html */
async function checkVersions(tx: Transaction, scope: Scope, record: AliasRecord): Promise<void> {
  const { functionName, version, weights } = record;
  const others = Object.keys(weights);
  for (const one of [version, ...others])
    if (!(await versions.get(tx, scope, functionName, one)))
      throw functionNotFound(functionArn(scope, functionName, one));
  if (others.length > 1)
    throw invalidParameter("Number of items in AdditionalVersionWeights cannot be greater than 1");
  if (others.length > 0 && (version === latest || others.includes(latest)))
    throw invalidParameter("$LATEST is not supported for an alias pointing to more than 1 version");
  if (others.includes(version))
    throw invalidParameter(
      `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
    );
}
