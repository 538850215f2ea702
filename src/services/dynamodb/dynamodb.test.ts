import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Client } from "#services/kit/service.ts";

const TableName = "music";

describe("a table with an index", () => {
  let cloud: TestCloud;
  let db: Client<"dynamodb">;

  beforeEach(async () => {
    cloud = createTestCloud();
    db = cloud.clients.dynamodb(cloud.caller);
    await db.CreateTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "artist", AttributeType: "S" },
        { AttributeName: "year", AttributeType: "N" },
        { AttributeName: "genre", AttributeType: "S" },
      ],
      KeySchema: [
        { AttributeName: "artist", KeyType: "HASH" },
        { AttributeName: "year", KeyType: "RANGE" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-genre",
          KeySchema: [
            { AttributeName: "genre", KeyType: "HASH" },
            { AttributeName: "year", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
    await cloud.advance("1s");
  });
  afterEach(() => cloud.stop());

  const put = (artist: string, year: number, more: Record<string, AttributeValue> = {}) =>
    db.PutItem({ TableName, Item: { artist: { S: artist }, year: { N: String(year) }, ...more } });
  const get = async (artist: string, year: number) =>
    (await db.GetItem({ TableName, Key: { artist: { S: artist }, year: { N: String(year) } } }))
      .Item;
  const years = (items: readonly Record<string, AttributeValue>[] | undefined) =>
    items?.map(({ year }) => Number(year?.N));

  test("a table is CREATING, and ACTIVE when it is looked at", async () => {
    const made = await db.CreateTable({
      TableName: "other",
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    });
    assert.equal(made.TableDescription?.TableStatus, "CREATING");
    assert.equal((await db.DescribeTable({ TableName: "other" })).Table?.TableStatus, "ACTIVE");
  });

  test("a table tells that it has no contributor insights and no streams of Kinesis", async () => {
    assert.partialDeepStrictEqual(await db.DescribeContributorInsights({ TableName }), {
      TableName,
      ContributorInsightsStatus: "DISABLED",
    });
    const ofIndex = { TableName, IndexName: "by-genre" };
    assert.deepEqual(await db.DescribeContributorInsights(ofIndex), {
      ...ofIndex,
      ContributorInsightsStatus: "DISABLED",
    });
    assert.deepEqual(await db.DescribeKinesisStreamingDestination({ TableName }), {
      TableName,
      KinesisDataStreamDestinations: [],
    });
    const notThere = { code: "ResourceNotFoundException" };
    await assert.rejects(
      () => db.DescribeContributorInsights({ TableName, IndexName: "by-nothing" }),
      notThere,
    );
    for (const ask of [db.DescribeContributorInsights, db.DescribeKinesisStreamingDestination])
      await assert.rejects(() => ask({ TableName: "other" }), notThere);
  });

  test("an item comes back whole, of every type", async () => {
    const more = {
      text: { S: "" },
      bytes: { B: Uint8Array.of(0, 255) },
      yes: { BOOL: true },
      nothing: { NULL: true },
      set: { SS: ["b", "a"] },
      list: { L: [{ N: "1.5" }, { M: { deep: { S: "x" } } }] },
    } satisfies Record<string, AttributeValue>;
    await put("a", 1999, more);
    assert.deepEqual(await get("a", 1999), { artist: { S: "a" }, year: { N: "1999" }, ...more });
    assert.equal(await get("a", 2000), undefined);
  });

  test("numbers as sort keys are ordered as numbers", async () => {
    for (const year of [1000, -5, 20, 3, 0]) await put("n", year);
    const query = (expression: string, values: Record<string, AttributeValue> = {}) =>
      db.Query({
        TableName,
        KeyConditionExpression: `artist = :a${expression}`,
        ExpressionAttributeNames: expression ? { "#y": "year" } : undefined,
        ExpressionAttributeValues: { ":a": { S: "n" }, ...values },
      });
    assert.deepEqual(years((await query("")).Items), [-5, 0, 3, 20, 1000]);
    const of = async (expression: string, values: Record<string, AttributeValue>) =>
      years((await query(expression, values)).Items);
    assert.deepEqual(await of(" AND #y < :y", { ":y": { N: "3" } }), [-5, 0]);
    assert.deepEqual(await of(" AND #y <= :y", { ":y": { N: "3" } }), [-5, 0, 3]);
    assert.deepEqual(await of(" AND #y > :y", { ":y": { N: "3" } }), [20, 1000]);
    assert.deepEqual(
      await of(" AND #y BETWEEN :y AND :z", { ":y": { N: "0" }, ":z": { N: "20" } }),
      [0, 3, 20],
    );
  });

  test("query pages forwards and backwards, filters after the limit", async () => {
    for (let year = 1; year <= 7; year++) await put("p", year, { odd: { BOOL: year % 2 === 1 } });
    const request = {
      TableName,
      KeyConditionExpression: "artist = :a",
      FilterExpression: "odd = :t",
      ExpressionAttributeValues: { ":a": { S: "p" }, ":t": { BOOL: true } },
      Limit: 3,
    };
    const first = await db.Query(request);
    assert.deepEqual(years(first.Items), [1, 3]);
    assert.equal(first.ScannedCount, 3);
    const second = await db.Query({ ...request, ExclusiveStartKey: first.LastEvaluatedKey });
    assert.deepEqual(years(second.Items), [5]);
    const third = await db.Query({ ...request, ExclusiveStartKey: second.LastEvaluatedKey });
    assert.deepEqual(years(third.Items), [7]);
    assert.equal(third.LastEvaluatedKey, undefined);
    const back = await db.Query({ ...request, ScanIndexForward: false, Limit: 2 });
    assert.deepEqual(years(back.Items), [7]);
    const more = await db.Query({
      ...request,
      ScanIndexForward: false,
      Limit: 2,
      ExclusiveStartKey: back.LastEvaluatedKey,
    });
    assert.deepEqual(years(more.Items), [5]);
  });

  test("an index follows its table", async () => {
    await put("x", 1, { genre: { S: "jazz" }, note: { S: "not projected" } });
    await put("y", 2, { genre: { S: "jazz" } });
    await put("z", 3);
    const jazz = async () =>
      (
        await db.Query({
          TableName,
          IndexName: "by-genre",
          KeyConditionExpression: "genre = :g",
          ExpressionAttributeValues: { ":g": { S: "jazz" } },
        })
      ).Items;
    assert.deepEqual(await jazz(), [
      { artist: { S: "x" }, year: { N: "1" }, genre: { S: "jazz" } },
      { artist: { S: "y" }, year: { N: "2" }, genre: { S: "jazz" } },
    ]);
    await put("x", 1, { genre: { S: "rock" } });
    assert.equal((await jazz())?.length, 1);
    await db.DeleteItem({ TableName, Key: { artist: { S: "y" }, year: { N: "2" } } });
    assert.deepEqual(await jazz(), []);
  });

  test("an index made later is filled with what is there", async () => {
    await put("x", 1, { label: { S: "blue" } });
    await db.UpdateTable({
      TableName,
      AttributeDefinitions: [{ AttributeName: "label", AttributeType: "S" }],
      GlobalSecondaryIndexUpdates: [
        {
          Create: {
            IndexName: "by-label",
            KeySchema: [{ AttributeName: "label", KeyType: "HASH" }],
            Projection: { ProjectionType: "ALL" },
          },
        },
      ],
    });
    await cloud.advance("1s");
    const found = await db.Query({
      TableName,
      IndexName: "by-label",
      KeyConditionExpression: "label = :l",
      ExpressionAttributeValues: { ":l": { S: "blue" } },
    });
    assert.equal(found.Count, 1);
  });

  test("a condition that fails writes nothing and can show the item", async () => {
    await put("c", 1, { stock: { N: "0" } });
    const error = await db
      .UpdateItem({
        TableName,
        Key: { artist: { S: "c" }, year: { N: "1" } },
        UpdateExpression: "SET stock = stock - :one",
        ConditionExpression: "stock >= :one",
        ExpressionAttributeValues: { ":one": { N: "1" } },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      })
      .then(
        () => undefined,
        (reason: unknown) => reason as { code: string; members: { Item?: unknown } },
      );
    assert.equal(error?.code, "ConditionalCheckFailedException");
    assert.deepEqual(error.members.Item, await get("c", 1));
    assert.deepEqual((await get("c", 1))?.stock, { N: "0" });
  });

  test("an update reaches into documents, sets and lists", async () => {
    await put("u", 1, {
      map: { M: { inner: { L: [{ S: "a" }, { S: "b" }, { S: "c" }] } } },
      tags: { SS: ["x", "y"] },
      count: { N: "1" },
    });
    const { Attributes } = await db.UpdateItem({
      TableName,
      Key: { artist: { S: "u" }, year: { N: "1" } },
      UpdateExpression:
        "SET #m.#i[1] = :new, fresh = if_not_exists(fresh, :one), #c = #c + :one REMOVE #m.#i[0], #m.#i[2] ADD hits :one DELETE tags :gone",
      ExpressionAttributeNames: { "#m": "map", "#i": "inner", "#c": "count" },
      ExpressionAttributeValues: { ":new": { S: "B" }, ":one": { N: "1" }, ":gone": { SS: ["x"] } },
      ReturnValues: "ALL_NEW",
    });
    assert.deepEqual(Attributes, {
      artist: { S: "u" },
      year: { N: "1" },
      map: { M: { inner: { L: [{ S: "B" }] } } },
      tags: { SS: ["y"] },
      count: { N: "2" },
      fresh: { N: "1" },
      hits: { N: "1" },
    });
  });

  test("a transaction writes all or nothing and says why not", async () => {
    await put("t", 1);
    const write = (token?: string) =>
      db.TransactWriteItems({
        ClientRequestToken: token,
        TransactItems: [
          { Put: { TableName, Item: { artist: { S: "t" }, year: { N: "2" } } } },
          {
            ConditionCheck: {
              TableName,
              Key: { artist: { S: "t" }, year: { N: "1" } },
              ConditionExpression: "attribute_exists(label)",
            },
          },
        ],
      });
    await assert.rejects(write(), {
      code: "TransactionCanceledException",
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed]",
    });
    assert.equal(await get("t", 2), undefined);
  });

  test("expired items are deleted", async () => {
    await db.UpdateTimeToLive({
      TableName,
      TimeToLiveSpecification: { AttributeName: "until", Enabled: true },
    });
    const inAMinute = Math.floor(cloud.clock.now() / 1000) + 60;
    await put("old", 1, { until: { N: String(inAMinute) } });
    await put("kept", 1);
    await cloud.advance("30s");
    assert.notEqual(await get("old", 1), undefined);
    await cloud.advance("2m");
    assert.equal(await get("old", 1), undefined);
    assert.notEqual(await get("kept", 1), undefined);
  });

  test("a table made again is empty", async () => {
    await put("x", 1);
    const { Table } = await db.DescribeTable({ TableName });
    await db.DeleteTable({ TableName });
    await cloud.advance("1s");
    await db.CreateTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "artist", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "artist", KeyType: "HASH" }],
    });
    await cloud.advance("1s");
    assert.deepEqual((await db.Scan({ TableName })).Items, []);
    assert.equal(Table?.ItemCount, 1);
  });

  const refused: [
    name: string,
    request: Parameters<Client<"dynamodb">["Query"]>[0],
    message: RegExp,
  ][] = [
    [
      "a reserved word",
      {
        TableName,
        KeyConditionExpression: "year = :a",
        ExpressionAttributeValues: { ":a": { N: "1" } },
      },
      /reserved keyword: year/,
    ],
    [
      "an unused value",
      {
        TableName,
        KeyConditionExpression: "artist = :a",
        ExpressionAttributeValues: { ":a": { S: "x" }, ":b": { S: "y" } },
      },
      /^Value provided in ExpressionAttributeValues unused in expressions: keys: \{:b\}$/,
    ],
    [
      "a missing value",
      {
        TableName,
        KeyConditionExpression: "artist = :a AND x = :b",
        ExpressionAttributeValues: { ":a": { S: "x" } },
      },
      /attribute value: :b/,
    ],
    [
      "no partition key",
      {
        TableName,
        KeyConditionExpression: "#y = :a",
        ExpressionAttributeNames: { "#y": "year" },
        ExpressionAttributeValues: { ":a": { N: "1" } },
      },
      /^Query condition missed key schema element: artist$/,
    ],
    [
      "bad syntax",
      {
        TableName,
        KeyConditionExpression: "artist == :a",
        ExpressionAttributeValues: { ":a": { S: "x" } },
      },
      /^Invalid KeyConditionExpression: Syntax error; token: "="/,
    ],
    [
      "an unknown index",
      {
        TableName,
        IndexName: "none",
        KeyConditionExpression: "artist = :a",
        ExpressionAttributeValues: { ":a": { S: "x" } },
      },
      /^The table does not have the specified index: none$/,
    ],
    [
      "no condition on the partition key",
      { TableName, KeyConditions: {} },
      /^Query condition missed key schema element: artist$/,
    ],
  ];
  for (const [name, request, message] of refused)
    test(`a query with ${name} is refused`, () => assert.rejects(db.Query(request), { message }));
});
