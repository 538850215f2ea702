import type { Operation } from "#services/kit/service.ts";
import type { Item } from "../attribute-values.ts";
import { consume, writeUnits } from "../capacity.ts";
import type { Path, Update } from "../expressions/ast.ts";
import { project } from "../expressions/projection.ts";
import {
  checkWrite,
  performWrite,
  prepareWrite,
  type Written,
} from "../items/conditional-write.ts";
import { findActiveTable } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html */
export const updateItem: Operation<"dynamodb", "UpdateItem", DynamoState> = async (
  input,
  context,
) => {
  const write = prepareWrite("update", input);
  const { place, written } = await context.store.transaction((tx) => {
    const found = findActiveTable(tx, input.TableName, context);
    checkWrite(found, write);
    admit(found, { kind: "write", operation: "UpdateItem" }, context);
    return { place: found, written: performWrite(tx, found, write) };
  });
  const units = writeUnits(written.sizeBytes);
  const capacity = consume(
    { place, writeUnits: units, written },
    input.ReturnConsumedCapacity,
    context,
  );
  const attributes = returned(input.ReturnValues, written, write.update);
  return {
    ...(attributes && Object.keys(attributes).length > 0 && { Attributes: attributes }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
};

function returned(
  wish: string | undefined,
  { before, after }: Written,
  update: Update | undefined,
): Item | undefined {
  switch (wish) {
    case "ALL_OLD":
      return before?.item;
    case "ALL_NEW":
      return after?.item;
    case "UPDATED_OLD":
      return before && project(before.item, touched(update));
    case "UPDATED_NEW":
      return after && project(after.item, touched(update));
    default:
      return undefined;
  }
}

/** The places that an update names. */
function touched(update: Update | undefined): Path[] {
  if (!update) return [];
  const { add, delete: deleted, remove, set } = update;
  return [...[...set, ...add, ...deleted].map(({ path }) => path), ...remove];
}
