import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { formOf } from "./recent-forms.ts";
import { parseForm } from "./tree.ts";

test("what is known of a form is what its bytes say, however many others came before", () => {
  const random = createSeededRandom(7);
  const letters = "ab&=.%é1";
  for (let round = 0; round < 20_000; round++) {
    const length = Math.floor(random.next() * 8) + (round % 500 === 0 ? 200 : 0);
    const text = Array.from(
      { length },
      () => letters[Math.floor(random.next() * letters.length)],
    ).join("");
    // The connection's buffer is written over by what comes next.
    const bytes = Buffer.from(text);
    const form = formOf(bytes);
    assert.deepEqual(form.tree, parseForm(text));
    assert.equal(form.payloadHash, createHash("sha256").update(text).digest("hex"));
    bytes.fill(0);
  }
});

test("a form that comes again is the one that is known", () => {
  const bytes = Buffer.from("Action=GetCallerIdentity&Version=2011-06-15");
  assert.equal(formOf(bytes), formOf(Buffer.from(bytes)));
  assert.notEqual(
    formOf(bytes),
    formOf(Buffer.from("Action=GetCallerIdentity&Version=2011-06-16")),
  );
});
