import type { ConsumedCapacity, WriteRequest } from "@aws-sdk/client-dynamodb";
import type { Operation } from "#services/kit/service.ts";
import { consume, mergeCapacity, writeUnits } from "../capacity.ts";
import { tableThrottled, validation } from "../errors.ts";
import {
  checkWrite,
  performWrite,
  prepareWrite,
  type PreparedWrite,
} from "../items/conditional-write.ts";
import { primaryKey } from "../items/keys.ts";
import { limits } from "../limits.ts";
import { findActiveTable } from "../tables/find.ts";
import { admits } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html */
export const batchWriteItem: Operation<"dynamodb", "BatchWriteItem", DynamoState> = async (
  input,
  context,
) => {
  const requests = Object.entries(input.RequestItems ?? {});
  const count = requests.reduce((sum, [, list]) => sum + list.length, 0);
  if (count > limits.batchWriteItems)
    throw validation("Too many items requested for the BatchWriteItem call");
  const uses: (ConsumedCapacity | undefined)[] = [];
  const unprocessed: Record<string, WriteRequest[]> = {};
  let done = 0;
  await context.store.transaction((tx) => {
    for (const [name, list] of requests) {
      const place = findActiveTable(tx, name, context);
      const writes = list.map((request): PreparedWrite => {
        const { PutRequest: put, DeleteRequest: deletion } = request;
        if (put && deletion)
          throw validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
          );
        const write = put
          ? prepareWrite("put", { Item: put.Item })
          : prepareWrite("delete", { Key: deletion?.Key });
        checkWrite(place, write);
        return write;
      });
      const keys = writes.map(({ item }) => JSON.stringify(primaryKey(place.table, item)));
      if (new Set(keys).size < keys.length)
        throw validation("Provided list of item keys contains duplicates");
      for (const [index, write] of writes.entries()) {
        if (!admits(place, { kind: "write", operation: "BatchWriteItem" }, context)) {
          (unprocessed[name] ??= []).push(list[index]!);
          continue;
        }
        done++;
        const written = performWrite(tx, place, write);
        const units = writeUnits(written.sizeBytes);
        uses.push(
          consume({ place, writeUnits: units, written }, input.ReturnConsumedCapacity, context),
        );
      }
    }
  });
  // "If none of the items can be processed due to insufficient provisioned throughput".
  if (done === 0 && Object.keys(unprocessed).length > 0) throw tableThrottled();
  const capacity = mergeCapacity(uses);
  return {
    UnprocessedItems: unprocessed,
    ...(capacity.length > 0 && { ConsumedCapacity: capacity }),
  };
};
