/** What Query and Scan have in common: filter, projection, select, and the answer's shape. */
import type {
  AttributeValue,
  Condition as LegacyCondition,
  ConsumedCapacity,
} from "@aws-sdk/client-dynamodb";
import { validation } from "../errors.ts";
import type { Condition, Path } from "../expressions/ast.ts";
import { attributesOf } from "../expressions/attributes-of.ts";
import { legacyFilter } from "../expressions/legacy-conditions.ts";
import { parseCondition } from "../expressions/parse-condition.ts";
import type { Placeholders } from "../expressions/placeholders.ts";
import { parseProjection, project } from "../expressions/projection.ts";
import { attributesToGet } from "../legacy.ts";
import type { IndexRecord, KeySchema, TableRecord } from "../records.ts";
import { PageOutput } from "./item-output.ts";
import type { PageResult } from "./page.ts";

export interface SelectionInput {
  FilterExpression?: string | undefined;
  ProjectionExpression?: string | undefined;
  Select?: string | undefined;
  ConsistentRead?: boolean | undefined;
  IndexName?: string | undefined;
  AttributesToGet?: string[] | undefined;
  QueryFilter?: Record<string, LegacyCondition> | undefined;
  ScanFilter?: Record<string, LegacyCondition> | undefined;
  ConditionalOperator?: "AND" | "OR" | undefined;
}

export interface Selection {
  filter: Condition | undefined;
  paths: Path[] | undefined;
  countOnly: boolean;
}

export function readSelection(input: SelectionInput, placeholders: Placeholders): Selection {
  const { FilterExpression: filter, ProjectionExpression: projection, Select: select } = input;
  const names = input.AttributesToGet;
  if (
    (projection !== undefined || names) &&
    select !== undefined &&
    select !== "SPECIFIC_ATTRIBUTES"
  )
    throw validation(
      `Cannot specify the ${names ? "AttributesToGet" : "ProjectionExpression"} when choosing to get ${select === "COUNT" ? "only the Count" : select}`,
    );
  if (select === "SPECIFIC_ATTRIBUTES" && projection === undefined && !names)
    throw validation(
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  if (select === "ALL_PROJECTED_ATTRIBUTES" && input.IndexName === undefined)
    throw validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  return {
    filter:
      filter === undefined
        ? legacyFilter(input.QueryFilter ?? input.ScanFilter, input.ConditionalOperator)
        : parseCondition(filter, "FilterExpression", placeholders),
    paths:
      projection === undefined ? attributesToGet(names) : parseProjection(projection, placeholders),
    countOnly: select === "COUNT",
  };
}

/** A query's filter is for what its key conditions leave open. */
export function refuseKeysInFilter(
  input: SelectionInput,
  { filter }: Selection,
  { partition, sort }: KeySchema,
): void {
  if (!filter) return;
  const legacy = input.FilterExpression === undefined;
  for (const name of attributesOf(filter))
    if (name === partition || name === sort)
      throw validation(
        `${legacy ? "QueryFilter" : "Filter Expression"} can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
}

/** Throws ValidationException for what an index cannot give. */
export function checkIndexUse(input: SelectionInput, index: IndexRecord | undefined): void {
  if (index?.kind !== "global") return;
  if (input.ConsistentRead)
    throw validation("Consistent reads are not supported on global secondary indexes");
  if (input.Select === "ALL_ATTRIBUTES" && index.projection.type !== "ALL")
    throw validation(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
}

/** True when a local index must fetch whole items because its projection lacks attributes. */
export function mustFetch(
  input: SelectionInput,
  index: IndexRecord | undefined,
  { paths, filter }: Selection,
  { key }: TableRecord,
): boolean {
  if (index?.kind !== "local" || index.projection.type === "ALL") return false;
  if (input.Select === "ALL_ATTRIBUTES") return true;
  if (!paths && !filter) return false;
  const held = new Set([
    key.partition,
    key.sort,
    index.key.sort,
    ...(index.projection.attributes ?? []),
  ]);
  return (paths ?? []).some(([name]) => !held.has(name));
}

interface SelectedOutput {
  Items?: Record<string, AttributeValue>[];
  Count: number;
  ScannedCount: number;
  LastEvaluatedKey?: Record<string, AttributeValue> | undefined;
  ConsumedCapacity?: ConsumedCapacity | undefined;
}

export function formatPage(
  { found, scanned, lastKey }: PageResult,
  { countOnly, paths }: Selection,
  capacity: ConsumedCapacity | undefined,
): SelectedOutput {
  if (!paths && !countOnly) return new PageOutput(found, scanned, lastKey, capacity);
  return {
    ...(paths && { Items: found.map(({ item }) => project(item, paths)) }),
    Count: found.length,
    ScannedCount: scanned,
    ...(lastKey && { LastEvaluatedKey: lastKey }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
}
