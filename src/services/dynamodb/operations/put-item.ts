import type { Operation } from "#services/kit/service.ts";
import { consume, writeUnits } from "../capacity.ts";
import { validation } from "../errors.ts";
import { checkWrite, performWrite, prepareWrite } from "../items/conditional-write.ts";
import { findActiveTable } from "../tables/find.ts";
import { admit } from "../throughput/admission.ts";
import type { DynamoState } from "../state.ts";

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html */
export const putItem: Operation<"dynamodb", "PutItem", DynamoState> = async (input, context) => {
  if (input.ReturnValues !== undefined && !["NONE", "ALL_OLD"].includes(input.ReturnValues))
    throw validation("ReturnValues can only be ALL_OLD or NONE");
  const write = prepareWrite("put", input);
  const { place, written } = await context.store.transaction((tx) => {
    const found = findActiveTable(tx, input.TableName, context);
    checkWrite(found, write);
    admit(found, { kind: "write", operation: "PutItem" }, context);
    return { place: found, written: performWrite(tx, found, write) };
  });
  const units = writeUnits(written.sizeBytes);
  const capacity = consume(
    { place, writeUnits: units, written },
    input.ReturnConsumedCapacity,
    context,
  );
  return {
    ...(input.ReturnValues === "ALL_OLD" && written.before && { Attributes: written.before.item }),
    ...(capacity && { ConsumedCapacity: capacity }),
  };
};
