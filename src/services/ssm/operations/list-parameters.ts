/** DescribeParameters, GetParametersByPath and GetParameterHistory. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { pageOf, type SsmContext, type SsmOperation, type SsmOperations } from "../context.ts";
import { invalidFilterKey, parameterNotFound, validationException } from "../errors.ts";
import { byPathPageSize } from "../limits.ts";
import { parameterArn, parseReference } from "../names.ts";
import {
  checkPath,
  compileFilters,
  liesUnder,
  type ParameterFilter,
} from "../parameter-filters.ts";
import { findRecord, parameterShape, publicShape, valueOf, versionsOf } from "../parameters.ts";
import { publicParameters } from "../public-parameters.ts";
import { parameters, type ParameterRecord, type ParameterVersion } from "../records.ts";

/** What metadata and history share. */
function metadataShape(version: ParameterVersion) {
  return {
    Type: version.type,
    KeyId: version.keyId,
    LastModifiedDate: dateOf(version.modifiedMs),
    LastModifiedUser: version.modifiedBy,
    Description: version.description,
    AllowedPattern: version.allowedPattern,
    Version: version.version,
    Tier: version.tier,
    Policies: version.policies.map(({ text, type, done }) => ({
      PolicyText: text,
      PolicyType: type,
      PolicyStatus: done ? "Finished" : "Pending",
    })),
    DataType: version.dataType,
  };
}

/** The filters of old: names begin with a value, types and keys equal it. */
function oldFilters(
  filters: readonly { Key?: string | undefined; Values?: readonly string[] | undefined }[],
): ParameterFilter[] {
  return filters.map(({ Key, Values }) => ({
    Key,
    Option: Key === "Name" ? "BeginsWith" : "Equals",
    Values,
  }));
}

const describeParameters: SsmOperation<"DescribeParameters"> = async (input, context) => {
  if (input.Filters?.length && input.ParameterFilters?.length)
    throw validationException(
      "You can use either Filters or ParameterFilters in a single request.",
    );
  if (input.Shared) return { Parameters: [] };
  const filters = input.ParameterFilters ?? oldFilters(input.Filters ?? []);
  const matches = compileFilters(filters, "describe");
  const all = await context.store.transaction((tx) => parameters.list(tx, context));
  const found = all.filter(({ name, tags, current }) => matches({ name, tags, version: current }));
  const { items, NextToken } = pageOf(found, input, ({ name }) => name);
  return {
    Parameters: items.map(({ name, current }) => ({
      Name: name,
      ARN: parameterArn(context, name),
      ...metadataShape(current),
    })),
    NextToken,
  };
};

/** The records whose names begin with a path, found by their keys. */
async function recordsUnder(
  tx: Transaction,
  context: SsmContext,
  path: string,
): Promise<ParameterRecord[]> {
  if (path === "/") return parameters.list(tx, context);
  // "0" is the character behind "/".
  const folder = path.replace(/\/$/, "");
  const from = parameters.key(context, `${folder}/`);
  const to = parameters.key(context, `${folder}0`);
  return (await tx.between<ParameterRecord>(from, to)).map(({ value }) => value);
}

const getParametersByPath: SsmOperation<"GetParametersByPath"> = async (input, context) => {
  const path = input.Path!;
  const recursive = input.Recursive ?? false;
  checkPath(path);
  const filters = input.ParameterFilters;
  const matches = compileFilters(filters, "by-path");
  if (path.startsWith("/aws/service")) {
    if (filters?.length) throw invalidFilterKey("Public parameters cannot be filtered.");
    const all = [...publicParameters(context.state, context.region).values()];
    const found = all.filter(({ name }) => liesUnder(name, path, recursive));
    const { items, NextToken } = pageOf(found, input, ({ name }) => name, byPathPageSize);
    return { Parameters: items.map(publicShape), NextToken };
  }
  const all = await context.store.transaction(async (tx) => {
    const found: { name: string; version: ParameterVersion; selector?: string }[] = [];
    const labels = filters?.find(({ Key }) => Key === "Label")?.Values;
    for (const record of await recordsUnder(tx, context, path)) {
      const { name, tags, current } = record;
      if (!liesUnder(name, path, recursive)) continue;
      // With a label asked for, the version that carries it is meant.
      const versions = labels ? await versionsOf(tx, context, record) : [current];
      const version = versions.find((one) => matches({ name, tags, version: one }));
      if (!version) continue;
      const label = labels?.find((one) => version.labels.includes(one));
      found.push({ name, version, ...(label !== undefined && { selector: `:${label}` }) });
    }
    return found;
  });
  const { items, NextToken } = pageOf(all, input, ({ name }) => name, byPathPageSize);
  const shapes = [];
  for (const { name, version, selector } of items)
    shapes.push({
      ...(await parameterShape(context, name, version, input.WithDecryption)),
      ...(selector !== undefined && { Selector: selector }),
    });
  return { Parameters: shapes, NextToken };
};

/** Oldest first. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html */
const getParameterHistory: SsmOperation<"GetParameterHistory"> = async (input, context) => {
  const { name, all } = await context.store.transaction(async (tx) => {
    const asked = parseReference(input.Name!)?.names[0] ?? input.Name!;
    const record = await findRecord(tx, context, asked);
    if (!record) throw parameterNotFound(input.Name!);
    return { name: record.name, all: await versionsOf(tx, context, record) };
  });
  const { items, NextToken } = pageOf(all, input, ({ version }) =>
    String(version).padStart(12, "0"),
  );
  const shapes = [];
  for (const version of items)
    shapes.push({
      Name: name,
      ...metadataShape(version),
      Value: await valueOf(context, name, version, input.WithDecryption),
      Labels: version.labels,
    });
  return { Parameters: shapes, NextToken };
};

export const parameterListOperations: SsmOperations = {
  DescribeParameters: describeParameters,
  GetParametersByPath: getParametersByPath,
  GetParameterHistory: getParameterHistory,
};
