import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "./limits.ts";
import { pageOf } from "./paging.ts";

const names = Array.from({ length: 120 }, (_none, index) => String(index).padStart(3, "0"));
const itself = (name: string) => name;

test("a page holds no more than AWS gives, however many are asked for", () => {
  assert.equal(pageOf(names, {}, itself).items.length, 50);
  assert.equal(pageOf(names, { MaxItems: 1000 }, itself).items.length, 50);
  assert.equal(pageOf(names, { MaxItems: 1000 }, itself, limits.mappingsPage).items.length, 100);
  const { items, NextMarker } = pageOf(names, { MaxItems: 3 }, itself);
  assert.deepEqual(items, ["000", "001", "002"]);
  assert.deepEqual(pageOf(names, { Marker: NextMarker, MaxItems: 1 }, itself).items, ["003"]);
});
