import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ChunkedIntake, LengthIntake } from "./intake.ts";
import { HttpSyntaxError } from "./syntax.ts";

/** Feeds the text cut at the given places; gives the body, the trailers and what was left over. */
function take(text: string, cuts: readonly number[] = []) {
  const intake = new ChunkedIntake();
  const bytes = Buffer.from(text, "latin1");
  const pieces: Buffer[] = [];
  const places = [...new Set([...cuts.filter((cut) => cut < bytes.length), bytes.length])];
  places.sort((a, b) => a - b);
  let start = 0;
  let rest = "";
  for (const place of places) {
    const part = bytes.subarray(start, place);
    const end = intake.done ? 0 : intake.take(part, 0, (piece) => void pieces.push(piece));
    rest += part.toString("latin1", end);
    start = place;
  }
  const { done, trailers } = intake;
  return { body: Buffer.concat(pieces).toString("latin1"), done, trailers, rest };
}

test("chunks become the body, and what follows is left", () => {
  const result = take("5\r\nhello\r\n1;a=b\r\n!\r\n0\r\n\r\nGET /");
  assert.deepEqual(result, { body: "hello!", done: true, trailers: [], rest: "GET /" });
});

test("chunk extensions are names, and values that are tokens or quoted", () => {
  const result = take('2;a;b=c;d="e;\\"=f"\r\nhi\r\n0;last\r\n\r\n');
  assert.deepEqual(result, { body: "hi", done: true, trailers: [], rest: "" });
});

test("trailers are read behind the last chunk", () => {
  const result = take("A\r\n0123456789\r\n00\r\nX-A: 1\r\nContent-Length: 9\r\n\r\nrest");
  assert.deepEqual(result, {
    body: "0123456789",
    done: true,
    trailers: ["X-A", "1", "Content-Length", "9"],
    rest: "rest",
  });
});

test("any cutting of the same bytes gives the same body", () => {
  const chunks = fc.array(fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 40 }));
  const trailers = fc.constantFrom("", "A: b\r\n", "A: b\r\nC: d\r\n");
  fc.assert(
    fc.property(chunks, trailers, fc.array(fc.nat(400)), (list, trailer, cuts) => {
      const text = `${list.map((c) => `${c.length.toString(16)}\r\n${c}\r\n`).join("")}0\r\n${trailer}\r\n`;
      const whole = take(`${text}NEXT`);
      assert.equal(whole.body, list.join(""));
      assert.equal(whole.rest, "NEXT");
      assert.deepEqual(take(`${text}NEXT`, cuts), whole);
    }),
  );
});

const refused = [
  "\r\n",
  "x\r\n",
  "-1\r\n",
  "0x5\r\nhello\r\n",
  " 5\r\nhello\r\n",
  "5 \r\nhello\r\n",
  "5\nhello\r\n",
  "5\r\nhelloX\r\n",
  "5\r\nhello\n",
  "5\r\nhello\r\r",
  "5;a\nb\r\nhello\r\n",
  "5;a\0\r\nhello\r\n",
  "5;\r\nhello\r\n",
  "5;a=\r\nhello\r\n",
  "5;a b\r\nhello\r\n",
  '5;a="b;c\r\nhello\r\n',
  "1234567890123\r\n",
  "0\r\nA : b\r\n\r\n",
  "0\r\nA: b\nC: d\r\n\r\n",
  "0\r\n A: b\r\n\r\n",
  `1;${"x".repeat(20_000)}\r\na\r\n`,
  `0\r\nA: ${"x".repeat(70_000)}`,
];
for (const text of refused)
  test(`refused: ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.throws(() => take(text), HttpSyntaxError);
    const cuts = Array.from({ length: Math.min(text.length, 64) }, (_, index) => index);
    assert.throws(() => take(text, cuts), HttpSyntaxError);
  });

test("a body by length takes no byte more", () => {
  const intake = new LengthIntake(3);
  const taken: string[] = [];
  const sink = (piece: Buffer) => void taken.push(piece.toString());
  assert.equal(intake.take(Buffer.from("ab"), 0, sink), 2);
  assert.equal(intake.take(Buffer.from("cdef"), 0, sink), 1);
  assert.equal(intake.done, true);
  assert.deepEqual(taken, ["ab", "c"]);
});
