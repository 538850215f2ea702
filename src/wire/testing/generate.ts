/** Values of a shape for property tests, drawn by fast-check. */
import * as fc from "fast-check";
import type { GeneratorValue } from "fast-check";
import type { Member, Shape, StructureShape } from "#model/shape.ts";

export interface Limits {
  /** XML cannot carry control characters, and parsers drop text that is nothing but space. */
  readonly xml: boolean;
}

const deepest = 4;

const anyText = fc.string({ unit: "grapheme", maxLength: 12 });
const xmlText = fc
  .string({ unit: "grapheme-composite", maxLength: 12 })
  .map((text) => `x${text.replaceAll(/(?![\t\n\r])[\p{Cc}\ufffe\uffff]/gu, "")}y`);
const headerText = fc.stringMatching(/^[!-~](?:[ -~]{0,10}[!-~])?$/);
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const bucketName = fc.stringMatching(/^[a-z][a-z0-9]{2,9}$/);
const pathText = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 10 })
  .map((text) => `k${text}`);
const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 });
/** Not so large that the SDK makes a BigInt of it. */
const decimal = fc.double({ noNaN: true, min: -1e15, max: 1e15 });
/** Whole seconds, because HTTP's own form of dates has no more. */
const date = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => new Date(seconds * 1000));
const bytes = fc.uint8Array({ maxLength: 12 });
const few = fc.integer({ min: 1, max: 3 });

export function generate(
  draw: GeneratorValue,
  shape: Shape,
  limits: Limits,
  depth = 0,
  member?: Member,
): unknown {
  switch (shape.kind) {
    case "string":
      return draw(() => textFor(member, limits));
    case "number":
      return draw(() => (member?.traits.httpHeader ? integer : fc.oneof(integer, decimal)));
    case "boolean":
      return draw(fc.boolean);
    case "timestamp":
      return draw(() => date);
    case "blob":
    case "streaming-blob":
      return draw(() => bytes);
    case "list": {
      const count = draw(() => few);
      const own = member?.traits.httpHeader ? member : shape.item;
      return Array.from({ length: count }, () =>
        generate(draw, shape.item.shape, limits, depth + 1, own),
      );
    }
    case "map": {
      const keys = draw(() =>
        fc.uniqueArray(member?.traits.httpPrefixHeaders ? token : textFor(undefined, limits), {
          minLength: 1,
          maxLength: 3,
        }),
      );
      return Object.fromEntries(
        keys
          .filter((key) => key !== "__proto__")
          .map((key) => [
            key,
            generate(draw, shape.value.shape, limits, depth + 1, member ?? shape.value),
          ]),
      );
    }
    case "structure":
      return generateStructure(draw, shape, limits, depth);
    default:
      throw new Error(`no values for ${shape.kind}`);
  }
}

function generateStructure(
  draw: GeneratorValue,
  shape: StructureShape,
  limits: Limits,
  depth: number,
): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const possible = shape.members.filter(
    (member) => !isEventStream(member.shape) && member.name !== "ExpiresString",
  );
  if (shape.union) {
    const flat = possible.filter(({ shape: target }) => depth < deepest || isSimple(target));
    // A union that nests itself, as ACM's filters do, ends by the member that comes to an end soonest.
    const choices = flat.length > 0 ? flat : [shallowest(possible)];
    const member = choices[draw(() => fc.nat(choices.length - 1))]!;
    value[member.name] = generate(draw, member.shape, limits, depth + 1, member);
    return value;
  }
  // Big structures give a handful of members a run, so that a run stays short.
  const share = Math.min(1, 12 / possible.length);
  for (const member of possible) {
    const wanted =
      member.required ||
      member.traits.httpLabel !== undefined ||
      member.traits.idempotencyToken !== undefined;
    if (!wanted && depth >= deepest && !isSimple(member.shape)) continue;
    if (depth > deepest + 3 && !isSimple(member.shape)) continue;
    if (!wanted && draw(() => fc.double({ min: 0, max: 1, noNaN: true })) > share) continue;
    value[member.name] = generate(draw, member.shape, limits, depth + 1, member);
  }
  return value;
}

function shallowest(members: readonly Member[]): Member {
  const heights = members.map(({ shape }) => heightOf(shape, new Set()));
  return members[heights.indexOf(Math.min(...heights))]!;
}

/** How many levels a value of the shape has at least; a shape inside itself has no end. */
function heightOf(shape: Shape, above: ReadonlySet<Shape>): number {
  if (isSimple(shape)) return 0;
  if (above.has(shape)) return Infinity;
  const within = new Set([...above, shape]);
  if (shape.kind === "list") return 1 + heightOf(shape.item.shape, within);
  if (shape.kind === "map") return 1 + heightOf(shape.value.shape, within);
  if (shape.kind !== "structure") return 0;
  const heights = shape.members
    .filter(({ required }) => shape.union || required)
    .map((member) => heightOf(member.shape, within));
  if (heights.length === 0) return 1;
  return 1 + (shape.union ? Math.min(...heights) : Math.max(...heights));
}

function textFor(member: Member | undefined, { xml }: Limits) {
  if (member?.name === "Bucket" && member.traits.httpLabel) return bucketName;
  if (member?.traits.httpLabel) return pathText;
  if (member?.traits.httpHeader !== undefined || member?.traits.httpPrefixHeaders !== undefined)
    return headerText;
  return xml ? xmlText : anyText;
}

function isSimple(shape: Shape): boolean {
  return shape.kind !== "structure" && shape.kind !== "list" && shape.kind !== "map";
}

function isEventStream(shape: Shape): boolean {
  return shape.kind === "structure" && shape.traits.streaming !== undefined;
}
