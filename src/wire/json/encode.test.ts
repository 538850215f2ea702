import assert from "node:assert/strict";
import { test } from "node:test";
import { loadModel } from "#model/load-model.ts";
import { createJsonEncoders } from "./encode.ts";

const encoderOf = createJsonEncoders({ jsonName: false, binary: false });
const { operations } = await loadModel("dynamodb");
const encode = encoderOf(operations.get("GetItem")!.output)!;

test("what is JSON already is not copied", () => {
  const output = { Item: { a: { S: "x" }, b: { L: [{ N: "1" }, { M: { c: { BOOL: true } } }] } } };
  assert.equal(encode(output), output);
});

test("what differs is copied with everything around it, and the output stays as it was", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  const output = {
    Item: { a: { S: "x" }, b: { L: [{ N: "1" }, { B: bytes }, { N: "2" }] }, c: { S: "y" } },
    ConsumedCapacity: { TableName: "t" },
  };
  assert.deepEqual(JSON.parse(JSON.stringify(encode(output))), {
    Item: { a: { S: "x" }, b: { L: [{ N: "1" }, { B: "AQID" }, { N: "2" }] }, c: { S: "y" } },
    ConsumedCapacity: { TableName: "t" },
  });
  assert.equal(output.Item.b.L[1]!.B, bytes);
});

test("members that AWS does not know and those without a value are left out, wherever they stand", () => {
  const capacity = { TableName: "t", CapacityUnits: Number.NaN };
  const members = { Item: undefined, known: 1, ConsumedCapacity: capacity, last: null };
  assert.deepEqual(encode(members), {
    ConsumedCapacity: { TableName: "t", CapacityUnits: "NaN" },
  });
  assert.deepEqual(encode({ ConsumedCapacity: { TableName: "t", more: 1 }, Item: {} }), {
    ConsumedCapacity: { TableName: "t" },
    Item: {},
  });
  const item = encode({ Item: { a: { S: "x" }, b: undefined, c: { S: "y" } } });
  assert.deepEqual(JSON.parse(JSON.stringify(item)), {
    Item: { a: { S: "x" }, c: { S: "y" } },
  });
});
