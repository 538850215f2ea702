import assert from "node:assert/strict";
import { test } from "node:test";
import { splitFrames } from "./frames.ts";

const frame = (stream: number, text: string) => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

test("streams are told apart, and their order is kept", () => {
  const bytes = Buffer.concat([frame(1, "one "), frame(2, "two "), frame(1, "three")]);
  const { stdout, stderr, both } = splitFrames(bytes);
  assert.equal(stdout.toString(), "one three");
  assert.equal(stderr.toString(), "two ");
  assert.equal(both.toString(), "one two three");
});

test("a frame that was cut is given as far as it goes", () => {
  const bytes = frame(1, "complete").subarray(0, 12);
  assert.equal(splitFrames(bytes).stdout.toString(), "comp");
  assert.equal(splitFrames(bytes.subarray(0, 5)).both.length, 0);
});
