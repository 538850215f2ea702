/** SVCB and HTTPS records: priority, target, parameters (RFC 9460). */
import { isIPv4, isIPv6 } from "node:net";
import { labelsOf, wireName } from "../names.ts";
import { addressBytes, counted, shorts } from "./bytes.ts";
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
  const rank = numberField(type, priority, 65_535);
  if (rank === 0 && parameters.length > 0)
    throw new ValueProblem(`${type}RRDATAIllegalParameter`, "An alias has no parameters", value);
  const found = new Map<number, Buffer>();
  for (const parameter of parameters) {
    const [name, ...rest] = parameter.split("=") as [string, ...string[]];
    const key = keyNumber(type, name);
    if (found.has(key))
      throw new ValueProblem(`${type}RRDATADuplicateParameter`, "Parameter is given twice", name);
    found.set(key, parameterValue(type, key, rest.join("=").replaceAll('"', ""), parameter));
  }
  // RFC 9460, 7.1.1 and 8: what must be understood must be there, and nothing says it twice.
  const mandatory = found.get(0) ?? Buffer.alloc(0);
  for (let at = 0; at < mandatory.length; at += 2)
    if (mandatory.readUInt16BE(at) === 0 || !found.has(mandatory.readUInt16BE(at)))
      throw new ValueProblem(
        `${type}RRDATAIllegalParameter`,
        "A mandatory parameter is not given",
        value,
      );
  if (found.has(2) && !found.has(1))
    throw new ValueProblem(`${type}RRDATAIllegalParameter`, "no-default-alpn needs alpn", value);
  const encoded = [...found]
    .sort(([a], [b]) => a - b)
    .map(([key, data]) => Buffer.concat([shorts(key, data.length), data]));
  return Buffer.concat([shorts(rank), wireName(labelsOf(target)), ...encoded]);
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
      return shorts(...items.map((name) => keyNumber(type, name)).sort((a, b) => a - b));
    case "alpn":
      if (items.some((id) => id.length === 0 || id.length > 255)) throw wrong();
      return Buffer.concat(items.map((id) => counted(Buffer.from(id))));
    case "no-default-alpn":
      if (value !== "") throw wrong();
      return Buffer.alloc(0);
    case "port":
      return shorts(numberField(type, value, 65_535));
    case "ipv4hint":
      if (!items.every((item) => isIPv4(item))) throw wrong();
      return Buffer.concat(items.map(addressBytes));
    case "ipv6hint":
      if (!items.every((item) => isIPv6(item) && !item.includes("%"))) throw wrong();
      return Buffer.concat(items.map(addressBytes));
    case "ech":
      if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) throw wrong();
      return Buffer.from(value, "base64");
    default:
      return Buffer.from(value);
  }
}
