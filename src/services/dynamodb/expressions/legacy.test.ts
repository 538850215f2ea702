import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import type { Input } from "#model/sdk.ts";
import type { Client } from "#services/kit/service.ts";

describe("parameters from before expressions", () => {
  let cloud: TestCloud;
  let db: Client<"dynamodb">;
  const TableName = "films";

  beforeEach(async () => {
    cloud = createTestCloud();
    db = cloud.clients.dynamodb(cloud.caller);
    await db.CreateTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "by", AttributeType: "S" },
        { AttributeName: "year", AttributeType: "N" },
      ],
      KeySchema: [
        { AttributeName: "by", KeyType: "HASH" },
        { AttributeName: "year", KeyType: "RANGE" },
      ],
    });
    for (const [year, title] of [
      ["1941", "Citizen Kane"],
      ["1958", "Touch of Evil"],
      ["1962", "The Trial"],
    ] as const)
      await db.PutItem({
        TableName,
        Item: { by: { S: "Welles" }, year: { N: year }, title: { S: title } },
      });
  });
  afterEach(() => cloud.stop());

  const Key = { by: { S: "Welles" }, year: { N: "1941" } };
  const welles = { ComparisonOperator: "EQ" as const, AttributeValueList: [{ S: "Welles" }] };

  test("KeyConditions, QueryFilter and AttributesToGet choose what a query gives", async () => {
    const { Items, ScannedCount } = await db.Query({
      TableName,
      KeyConditions: {
        by: welles,
        year: { ComparisonOperator: "BETWEEN", AttributeValueList: [{ N: "1950" }, { N: "1970" }] },
      },
      QueryFilter: {
        title: { ComparisonOperator: "BEGINS_WITH", AttributeValueList: [{ S: "The" }] },
      },
      AttributesToGet: ["year"],
    });
    assert.deepEqual(Items, [{ year: { N: "1962" } }]);
    assert.equal(ScannedCount, 2);
  });

  test("ScanFilter joins its conditions as ConditionalOperator says", async () => {
    const ScanFilter: Input<"dynamodb", "Scan">["ScanFilter"] = {
      title: { ComparisonOperator: "CONTAINS", AttributeValueList: [{ S: "Evil" }] },
      year: { ComparisonOperator: "LT", AttributeValueList: [{ N: "1950" }] },
    };
    const scan = async (ConditionalOperator?: "AND" | "OR") => {
      const { Count } = await db.Scan({
        TableName,
        ScanFilter,
        ...(ConditionalOperator && { ConditionalOperator }),
      });
      return Count;
    };
    assert.equal(await scan(), 0);
    assert.equal(await scan("OR"), 2);
  });

  test("Expected guards a write", async () => {
    const put = (Expected: Input<"dynamodb", "PutItem">["Expected"], more: object = {}) =>
      db.PutItem({ TableName, Item: { ...Key, title: { S: "Rosebud" } }, Expected, ...more });
    await assert.rejects(put({ by: { Exists: false } }), {
      code: "ConditionalCheckFailedException",
    });
    await assert.rejects(put({ title: { Value: { S: "Another" } } }), {
      code: "ConditionalCheckFailedException",
    });
    await put({
      title: { Value: { S: "Citizen Kane" } },
      year: { ComparisonOperator: "NOT_NULL" },
    });
    await put(
      { title: { Value: { S: "Another" } }, rating: { ComparisonOperator: "NULL" } },
      { ConditionalOperator: "OR" },
    );
  });

  test("AttributeUpdates puts, adds and deletes", async () => {
    const update = (AttributeUpdates: Input<"dynamodb", "UpdateItem">["AttributeUpdates"]) =>
      db.UpdateItem({ TableName, Key, AttributeUpdates, ReturnValues: "ALL_NEW" });
    const { Attributes: first } = await update({
      title: { Action: "DELETE" },
      views: { Action: "ADD", Value: { N: "2" } },
      tags: { Value: { SS: ["a", "b"] } },
      list: { Action: "ADD", Value: { L: [{ N: "1" }] } },
    });
    assert.deepEqual(first, {
      ...Key,
      views: { N: "2" },
      tags: { SS: ["a", "b"] },
      list: { L: [{ N: "1" }] },
    });
    const { Attributes: second } = await update({
      views: { Action: "ADD", Value: { N: "3" } },
      tags: { Action: "DELETE", Value: { SS: ["a"] } },
      list: { Action: "ADD", Value: { L: [{ N: "2" }] } },
    });
    assert.deepEqual(second, {
      ...Key,
      views: { N: "5" },
      tags: { SS: ["b"] },
      list: { L: [{ N: "1" }, { N: "2" }] },
    });
  });

  test("halves and mixtures are refused", async () => {
    await assert.rejects(
      db.Query({
        TableName,
        KeyConditions: { by: welles },
        FilterExpression: "attribute_exists(title)",
      }),
      {
        code: "ValidationException",
        message:
          "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {KeyConditions} Expression parameters: {FilterExpression}",
      },
    );
    await assert.rejects(
      db.Query({
        TableName,
        KeyConditions: { by: { ComparisonOperator: "NE", AttributeValueList: [{ S: "x" }] } },
      }),
      { message: "Attempted conditional constraint is not an indexable operation" },
    );
    await assert.rejects(
      db.Query({
        TableName,
        KeyConditions: { by: welles },
        QueryFilter: { year: { ComparisonOperator: "NOT_NULL" } },
      }),
      {
        message:
          "QueryFilter can only contain non-primary key attributes: Primary key attribute: year",
      },
    );
    await assert.rejects(
      db.Scan({
        TableName,
        ScanFilter: { title: { ComparisonOperator: "BETWEEN", AttributeValueList: [{ S: "x" }] } },
      }),
      {
        message:
          "One or more parameter values were invalid: Invalid number of argument(s) for the BETWEEN ComparisonOperator",
      },
    );
    await assert.rejects(
      db.UpdateItem({
        TableName,
        Key,
        AttributeUpdates: { title: { Action: "ADD", Value: { S: "x" } } },
      }),
      {
        message:
          "One or more parameter values were invalid: ADD action is not supported for the type S",
      },
    );
    await assert.rejects(db.PutItem({ TableName, Item: Key, Expected: { title: {} } }), {
      message:
        "One or more parameter values were invalid: Value must be provided when Exists is null for Attribute: title",
    });
  });
});
