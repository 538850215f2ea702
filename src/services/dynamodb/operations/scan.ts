import { createHash } from "node:crypto";
import type { Operation } from "#services/kit/service.ts";
import { contentOf, type Item } from "../attribute-values.ts";
import { consume, readUnits } from "../capacity.ts";
import { validation } from "../errors.ts";
import { createPlaceholders } from "../expressions/placeholders.ts";
import { wholeRange } from "../items/key-range.ts";
import { checkStartKey, readPage } from "../items/page.ts";
import { checkIndexUse, formatPage, mustFetch, readSelection } from "../items/selection.ts";
import { checkLegacy } from "../legacy.ts";
import { findActiveTable, findIndex } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html */
export const scan: Operation<"dynamodb", "Scan", DynamoState> = async (input, context) => {
  checkLegacy(input);
  const { IndexName: indexName, Segment: segment, TotalSegments: segments } = input;
  checkSegments(segment, segments);
  const anyExpression =
    input.FilterExpression !== undefined || input.ProjectionExpression !== undefined;
  const placeholders = createPlaceholders(input, anyExpression);
  const selection = readSelection(input, placeholders);
  placeholders.checkUsed();
  const { place, index, page } = await context.store.transaction(async (tx) => {
    const found = findActiveTable(tx, input.TableName, context);
    const used = indexName === undefined ? undefined : findIndex(found.table, indexName);
    checkIndexUse(input, used);
    const { partition } = used?.key ?? found.table.key;
    admit(found, { kind: "read", operation: "Scan", index: used }, context);
    const read = await readPage(tx, {
      place: found,
      index: used,
      ...wholeRange(found, used),
      startKey: checkStartKey(found, used, input.ExclusiveStartKey),
      reverse: false,
      limit: input.Limit,
      filter: selection.filter,
      fetchItems: mustFetch(input, used, selection, found.table),
      ...(segment !== undefined && {
        skip: (item: Item) => segmentOf(item, partition, segments!) !== segment,
      }),
    });
    return { place: found, index: used, page: read };
  });
  const units = readUnits(page.sizeBytes, input.ConsistentRead === true);
  const use = { place, index, readUnits: units };
  return formatPage(page, selection, consume(use, input.ReturnConsumedCapacity, context));
};

function checkSegments(segment: number | undefined, segments: number | undefined): void {
  if (segment === undefined && segments === undefined) return;
  if (segment === undefined)
    throw validation(
      "The Segment parameter is required but was not present in the request when parameter TotalSegments is present",
    );
  if (segments === undefined)
    throw validation(
      "The TotalSegments parameter is required but was not present in the request when Segment parameter is present",
    );
  if (segment >= segments)
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${segments}`,
    );
}

/** Items of one partition key are always in one segment. */
function segmentOf(item: Item, partitionKey: string, segments: number): number {
  const content = contentOf<string | Uint8Array>(item[partitionKey]!);
  return createHash("sha1").update(content).digest().readUInt32BE() % segments;
}
