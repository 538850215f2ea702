import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 } from "node:zlib";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { JsonOutput } from "#wire/json/json-output.ts";
import type { Item } from "../attribute-values.ts";
import { items, tables } from "../records.ts";
import { itemOfJson, itemToJson } from "./item-json.ts";

const TableName = "notes";

async function cloudWithTable() {
  const cloud = createTestCloud();
  const db = cloud.clients.dynamodb(cloud.caller);
  await db.CreateTable({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "B" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  await cloud.advance("1s");
  return { cloud, db };
}

function sent(output: unknown): unknown {
  assert.ok(output instanceof JsonOutput);
  return JSON.parse(output.toJson());
}

const id = { B: Uint8Array.of(1, 2, 3) };

test("binaries are found wherever they lie, and nothing is taken for one", () => {
  const plain: Item = {
    B: { S: '"B":"AQID"' },
    BS: { SS: ['"BS":["AQID"]'] },
    text: { S: '\\"B":"\ud800 é \u2028' },
    map: { M: { B: { M: { BS: { L: [{ S: "B" }] } } } } },
  };
  const bytes: Item = {
    empty: { B: new Uint8Array() },
    view: { B: Uint8Array.of(0, 1, 2, 255, 0).subarray(1, 4) },
    set: { BS: [Uint8Array.of(9), Uint8Array.of(8, 7)] },
    deep: { M: { list: { L: [{ N: "1" }, { M: { B: { B: Uint8Array.of(5) } } }] } } },
  };
  for (const item of [{}, plain, bytes, { ...plain, ...bytes }])
    assert.deepEqual(itemOfJson(itemToJson(item)), item);
  assert.deepEqual(JSON.parse(itemToJson(bytes)), {
    empty: { B: "" },
    view: { B: "AQL/" },
    set: { BS: ["CQ==", "CAc="] },
    deep: { M: { list: { L: [{ N: "1" }, { M: { B: { B: "BQ==" } } }] } } },
  });
});

test("what is sent says the same as what callers in the process see", async () => {
  const { cloud, db } = await cloudWithTable();
  const Item = { id, text: { S: "é" }, list: { L: [{ B: Uint8Array.of(255) }] } };
  const json = { id: { B: "AQID" }, text: { S: "é" }, list: { L: [{ B: "/w==" }] } };
  await db.PutItem({ TableName, Item });
  const one = await db.GetItem({ TableName, Key: { id }, ReturnConsumedCapacity: "TOTAL" });
  assert.deepEqual(one.Item, Item);
  const ConsumedCapacity = { TableName, CapacityUnits: 0.5 };
  assert.deepEqual(sent(one), { Item: json, ConsumedCapacity });
  const page = await db.Scan({ TableName, Limit: 1 });
  assert.deepEqual([page.Items, page.Count, page.LastEvaluatedKey], [[Item], 1, { id }]);
  const LastEvaluatedKey = { id: { B: "AQID" } };
  assert.deepEqual(sent(page), { Count: 1, Items: [json], LastEvaluatedKey, ScannedCount: 1 });
  const none = await db.Query({
    TableName,
    KeyConditionExpression: "id = :id",
    ExpressionAttributeValues: { ":id": { B: Uint8Array.of(4) } },
  });
  assert.deepEqual(sent(none), { Count: 0, Items: [], ScannedCount: 0 });
  await cloud.stop();
});

test("the checksum that is stored beside an item is that of GetItem's whole answer", async () => {
  const { cloud, db } = await cloudWithTable();
  await db.PutItem({ TableName, Item: { id, text: { S: "é \ud83d\ude00" } } });
  const answer = async (wish: "NONE" | "TOTAL") => {
    const output: unknown = await db.GetItem({
      TableName,
      Key: { id },
      ReturnConsumedCapacity: wish,
    });
    assert.ok(output instanceof JsonOutput);
    return output;
  };
  const plain = await answer("NONE");
  assert.equal(plain.checksum(), crc32(plain.toJson()));
  // What else the answer says is not known when the item is written.
  assert.equal((await answer("TOTAL")).checksum(), undefined);
  await cloud.stop();
});

test("items that were stored as objects are read as before", async () => {
  const { cloud, db } = await cloudWithTable();
  const item = { id, data: { B: Uint8Array.of(7) }, count: { N: "1" } };
  await cloud.store.transaction(async (tx) => {
    const table = await tables.get(tx, cloud.caller, TableName);
    items.put(tx, cloud.caller, [table!.id, id.B], { item, sizeBytes: 15 });
  });
  const one = await db.GetItem({ TableName, Key: { id } });
  assert.deepEqual(one.Item, item);
  assert.deepEqual(sent(one), {
    Item: { id: { B: "AQID" }, data: { B: "Bw==" }, count: { N: "1" } },
  });
  assert.equal((one as JsonOutput).checksum(), undefined);
  assert.equal((await db.DescribeTable({ TableName })).Table?.TableSizeBytes, 15);
  const updated = await db.UpdateItem({
    TableName,
    Key: { id },
    UpdateExpression: "SET #c = #c + :one",
    ExpressionAttributeNames: { "#c": "count" },
    ExpressionAttributeValues: { ":one": { N: "1" } },
    ReturnValues: "ALL_NEW",
  });
  assert.deepEqual(updated.Attributes, { ...item, count: { N: "2" } });
  assert.deepEqual((await db.Scan({ TableName })).Items, [{ ...item, count: { N: "2" } }]);
  await cloud.stop();
});
