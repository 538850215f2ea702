/** SVCB and HTTPS records: priority, target, parameters (RFC 9460). */
import { isIPv4, isIPv6 } from "node:net";
import { labelsOf } from "../names.ts";
import { numberField } from "./fields.ts";
import { ValueProblem } from "./problem.ts";

const keys = [
  "mandatory",
  "alpn",
  "no-default-alpn",
  "port",
  "ipv4hint",
  "ech",
  "ipv6hint",
  "dohpath",
];

/** The record's data as it goes over the wire. */
export function serviceBinding(type: string, value: string): Buffer {
  const [priority, target, ...parameters] = value.trim().match(/(?:[^\s"]+|"[^"]*")+/g) ?? [];
  if (priority === undefined || target === undefined)
    throw new ValueProblem(
      `${type}RRDATATooFewFields`,
      "Value should contain a priority and a target name",
      value,
    );
  const head = Buffer.alloc(2);
  head.writeUInt16BE(numberField(type, priority, 65_535));
  if (head.readUInt16BE() === 0 && parameters.length > 0)
    throw new ValueProblem(`${type}RRDATAIllegalParameter`, "An alias has no parameters", value);
  const found = new Map<number, Buffer>();
  for (const parameter of parameters) {
    const [name, ...rest] = parameter.split("=") as [string, ...string[]];
    const key = keyNumber(type, name);
    if (found.has(key))
      throw new ValueProblem(`${type}RRDATADuplicateParameter`, "Parameter is given twice", name);
    found.set(key, parameterValue(type, key, rest.join("=").replaceAll('"', ""), parameter));
  }
  const encoded = [...found]
    .sort(([a], [b]) => a - b)
    .map(([key, data]) => {
      const start = Buffer.alloc(4);
      start.writeUInt16BE(key);
      start.writeUInt16BE(data.length, 2);
      return Buffer.concat([start, data]);
    });
  return Buffer.concat([head, encodeName(target), ...encoded]);
}

function keyNumber(type: string, name: string): number {
  const index = keys.indexOf(name);
  if (index >= 0) return index;
  const number = /^key(\d{1,5})$/.exec(name)?.[1];
  if (number === undefined || Number(number) > 65_535)
    throw new ValueProblem(`${type}RRDATAIllegalParameter`, "Parameter is not known", name);
  return Number(number);
}

function parameterValue(type: string, key: number, value: string, whole: string): Buffer {
  const wrong = () =>
    new ValueProblem(`${type}RRDATAIllegalParameter`, "Parameter has no valid value", whole);
  const items = value.split(",");
  switch (keys[key]) {
    case "mandatory":
      return shorts(items.map((name) => keyNumber(type, name)));
    case "alpn":
      if (value === "") throw wrong();
      return Buffer.concat(
        items.map((id) => Buffer.concat([Buffer.from([id.length]), Buffer.from(id)])),
      );
    case "no-default-alpn":
      if (value !== "") throw wrong();
      return Buffer.alloc(0);
    case "port":
      return shorts([numberField(type, value, 65_535)]);
    case "ipv4hint":
      if (!items.every((item) => isIPv4(item))) throw wrong();
      return Buffer.from(items.flatMap((item) => item.split(".").map(Number)));
    case "ipv6hint":
      if (!items.every((item) => isIPv6(item))) throw wrong();
      return Buffer.concat(items.map(ipv6Bytes));
    case "ech":
      return Buffer.from(value, "base64");
    default:
      return Buffer.from(value);
  }
}

function shorts(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 2);
  for (const [index, number] of numbers.entries()) bytes.writeUInt16BE(number, index * 2);
  return bytes;
}

function ipv6Bytes(address: string): Buffer {
  const dotted = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a, b, c, d] = parts.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [left, right] = dotted.split("::") as [string, string | undefined];
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [first, last] = [groups(left), groups(right)];
  const filled =
    right === undefined
      ? first
      : [...first, ...Array<string>(8 - first.length - last.length).fill("0"), ...last];
  return shorts(filled.map((group) => Number.parseInt(group, 16)));
}

function encodeName(name: string): Buffer {
  const labels = labelsOf(name);
  return Buffer.concat([
    ...labels.map((label) =>
      Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]),
    ),
    Buffer.from([0]),
  ]);
}
