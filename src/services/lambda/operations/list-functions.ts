import { readFunction } from "../arns.ts";
import { configurationOf } from "../functions/configuration.ts";
import { findFunction } from "../functions/find.ts";
import { pageOf } from "../paging.ts";
import { latest, versions, type VersionRecord } from "../records.ts";
import type { LambdaOperation } from "../state.ts";

/** The latest of each, or with FunctionVersion=ALL every version. https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html */
export const listFunctions: LambdaOperation<"ListFunctions"> = async (input, context) => {
  // Fogbank has no Lambda@Edge, so there are no functions whose master is elsewhere.
  if (
    input.MasterRegion !== undefined &&
    input.MasterRegion !== "ALL" &&
    input.MasterRegion !== context.region
  )
    return { Functions: [] };
  const all = await context.store.transaction((tx) => versions.list(tx, context));
  const shown =
    input.FunctionVersion === "ALL" ? all : all.filter(({ version }) => version === latest);
  const page = pageOf(shown.map(withOrder).sort(byKey), input, ({ key }) => key);
  return {
    Functions: page.items.map(({ record }) =>
      configurationOf(context, record, qualifierOf(record)),
    ),
    NextMarker: page.NextMarker,
  };
};

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html */
export const listVersionsByFunction: LambdaOperation<"ListVersionsByFunction"> = async (
  input,
  context,
) => {
  const reference = readFunction(input.FunctionName, context);
  const { scope, name } = reference;
  const all = await context.store.transaction(async (tx) => {
    await findFunction(tx, reference);
    return versions.list(tx, scope, [name]);
  });
  const page = pageOf(all.map(withOrder).sort(byKey), input, ({ key }) => key);
  return {
    Versions: page.items.map(({ record }) => configurationOf(scope, record, record.version)),
    NextMarker: page.NextMarker,
  };
};

const qualifierOf = ({ version }: VersionRecord) => (version === latest ? undefined : version);
/** The latest first, then by number. */
const withOrder = (record: VersionRecord) => ({
  record,
  key: `${record.functionName} ${record.version === latest ? "" : record.version.padStart(12, "0")}`,
});
const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
