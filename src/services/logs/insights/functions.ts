/** Functions over one event. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html */
import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";
import { floorTo, ceilTo, parsePeriod } from "./periods.ts";
import { Moment, numberOf, order, textOf, type Row, type Value } from "./value.ts";

interface QueryFunction {
  arity: readonly [least: number, most: number];
  call(values: readonly Value[], context: { nowMs: number; row: Row }): Value;
}

const many = Number.POSITIVE_INFINITY;

function numeric(operate: (value: number) => number): QueryFunction {
  return { arity: [1, 1], call: ([value]) => finite(operate(numberOf(value))) };
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function textual(
  operate: (text: string, ...more: Value[]) => Value,
  arity: QueryFunction["arity"],
) {
  return {
    arity,
    call: ([value, ...more]: readonly Value[]) =>
      value === undefined ? undefined : operate(textOf(value), ...more),
  };
}

function test(holds: (text: string, ...more: string[]) => boolean, least: number): QueryFunction {
  return {
    arity: [least, least],
    call: ([value, ...more]) =>
      value !== undefined && holds(textOf(value), ...more.map((one) => textOf(one))),
  };
}

/** A moment rounded to a period: datefloor(@timestamp, 1h). */
function rounded(round: typeof floorTo): QueryFunction {
  return {
    arity: [2, 2],
    call: ([value, period]) => {
      const ms = numberOf(value);
      const parsed = parsePeriod(textOf(period));
      return Number.isNaN(ms) || !parsed ? undefined : new Moment(round(ms, parsed));
    },
  };
}

/** By name in lower case. */
export const functions: Record<string, QueryFunction | undefined> = {
  abs: numeric(Math.abs),
  ceil: numeric(Math.ceil),
  floor: numeric(Math.floor),
  log: numeric(Math.log),
  sqrt: numeric(Math.sqrt),
  greatest: { arity: [1, many], call: (values) => extreme(values, 1) },
  least: { arity: [1, many], call: (values) => extreme(values, -1) },

  bin: {
    arity: [1, 1],
    call: ([period], { row }) => {
      const ms = numberOf(row.get("@timestamp"));
      const parsed = parsePeriod(textOf(period));
      return Number.isNaN(ms) || !parsed ? undefined : new Moment(floorTo(ms, parsed));
    },
  },
  datefloor: rounded(floorTo),
  dateceil: rounded(ceilTo),
  frommillis: {
    arity: [1, 1],
    call: ([value]) => (Number.isNaN(numberOf(value)) ? undefined : new Moment(numberOf(value))),
  },
  tomillis: { arity: [1, 1], call: ([value]) => (value instanceof Moment ? value.ms : undefined) },
  now: { arity: [0, 0], call: (_, { nowMs }) => Math.floor(nowMs / 1000) },

  ispresent: { arity: [1, 1], call: ([value]) => value !== undefined },
  coalesce: { arity: [1, many], call: (values) => values.find((value) => value !== undefined) },

  isvalidip: test((text) => isIP(text) !== 0, 1),
  isvalidipv4: test(isIPv4, 1),
  isvalidipv6: test(isIPv6, 1),
  isipinsubnet: test(inSubnet, 2),
  isipv4insubnet: test((text, subnet = "") => isIPv4(text) && inSubnet(text, subnet), 2),
  isipv6insubnet: test((text, subnet = "") => isIPv6(text) && inSubnet(text, subnet), 2),

  jsonparse: textual(parseJson, [1, 1]),
  jsonstringify: {
    arity: [1, 1],
    call: ([value]) => (value === undefined ? undefined : JSON.stringify(value)),
  },

  isempty: { arity: [1, 1], call: ([value]) => value === undefined || textOf(value) === "" },
  isblank: { arity: [1, 1], call: ([value]) => value === undefined || textOf(value).trim() === "" },
  concat: { arity: [1, many], call: (values) => values.map((value) => textOf(value)).join("") },
  ltrim: textual((text, set) => trimmed(text, set, "start"), [1, 2]),
  rtrim: textual((text, set) => trimmed(text, set, "end"), [1, 2]),
  trim: textual((text, set) => trimmed(trimmed(text, set, "start"), set, "end"), [1, 2]),
  strlen: textual((text) => Array.from(text).length, [1, 1]),
  toupper: textual((text) => text.toUpperCase(), [1, 1]),
  tolower: textual((text) => text.toLowerCase(), [1, 1]),
  substr: textual(
    (text, start, length) => {
      const from = numberOf(start);
      const count = length === undefined ? undefined : from + numberOf(length);
      return Array.from(text).slice(from, count).join("");
    },
    [2, 3],
  ),
  replace: textual((text, wanted, by) => text.replaceAll(textOf(wanted), () => textOf(by)), [3, 3]),
  strcontains: {
    arity: [2, 2],
    call: ([text, part]) => (textOf(text).includes(textOf(part)) ? 1 : 0),
  },
};

function extreme(values: readonly Value[], sign: number): Value {
  const present = values.filter((value) => value !== undefined);
  return present.toSorted((a, b) => sign * order(b, a))[0];
}

/** Without a set of characters, spaces. */
function trimmed(text: string, set: Value, side: "start" | "end"): string {
  const characters = set === undefined ? " \t\n\r" : textOf(set);
  let [from, to] = [0, text.length];
  if (side === "start") while (from < to && characters.includes(text[from]!)) from++;
  else while (to > from && characters.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

function parseJson(text: string): Value {
  try {
    return (JSON.parse(text) as Value | null) ?? undefined;
  } catch {
    return undefined;
  }
}

function inSubnet(address: string, subnet = ""): boolean {
  const [base = "", bits = ""] = subnet.split("/");
  const family = isIP(base);
  const width = Number(bits);
  if (family === 0 || isIP(address) !== family || !/^\d+$/.test(bits)) return false;
  if (width > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const name = family === 4 ? "ipv4" : "ipv6";
  list.addSubnet(base, width, name);
  return list.check(address, name);
}
