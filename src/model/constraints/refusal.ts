/** The errors by which services refuse inputs that break their constraints. */
import { AwsError } from "../error.ts";
import type { ServiceName } from "../sdk.ts";
import type { Violation } from "./compile.ts";
import type { Policy } from "./policy.ts";

export function refuseInput(
  service: ServiceName,
  { style, code, namesNullItems }: Policy,
  violations: readonly Violation[],
): AwsError {
  const missing = violations.find(({ kind }) => kind === "required");
  const [first] = violations as readonly [Violation];
  if (style === "sqs")
    return refuse("MissingParameter", `The request must contain the parameter ${dotted(first)}.`);
  if (style === "ec2") {
    if (missing)
      return refuse(
        "MissingParameter",
        `The request must contain the parameter ${dotted(missing)}`,
      );
    return refuse(code, ec2Range(first));
  }
  if (style === "cloudwatch" && missing)
    return refuse("MissingParameter", `The parameter ${memberPath(missing)} is required.`);
  if (service === "iam") {
    const sentence = iamSentence(first);
    if (sentence !== undefined) return refuse(code, sentence);
  }
  return refuse(code, coralMessage(violations, namesNullItems === true));
}

function refuse(code: string, message: string): AwsError {
  return new AwsError({ code, status: 400, message });
}

const itemsDemand = "Member must satisfy constraint: [";

function coralMessage(violations: readonly Violation[], namesNullItems: boolean): string {
  const count = violations.length;
  const head = `${count} validation error${count === 1 ? "" : "s"} detected`;
  const parts = violations.map((violation) => {
    const { demand, value, sensitive, kind } = violation;
    const quoted = kind === "required" ? " null" : sensitive ? "" : ` '${show(value)}'`;
    return `Value${quoted} at '${javaPath(violation)}' failed to satisfy constraint: ${
      namesNullItems && demand.startsWith(itemsDemand)
        ? `${demand.slice(0, -1)}, Member must not be null]`
        : demand
    }`;
  });
  return `${head}: ${parts.join("; ")}`;
}

/** "tags.1.member.key": the names of Java's properties. */
function javaPath({ path }: Violation): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return index === path.length - 1 ? part : `${part}.member`;
      return part.charAt(0).toLowerCase() + part.slice(1);
    })
    .join(".");
}

/** "MetricData.member.1.MetricName": the names of query parameters. */
function memberPath({ path }: Violation): string {
  return path.map((part) => (typeof part === "number" ? `member.${part}` : part)).join(".");
}

function dotted({ path }: Violation): string {
  return path.join(".");
}

/** As Java prints collections. */
function show(value: unknown): string {
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`;
  if (Array.isArray(value)) return `[${value.map(show).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([key, item]) => `${key}=${show(item)}`)
      .join(", ")}}`;
  return String(value);
}

function ec2Range({ path, value, constraint: { min, max } }: Violation): string {
  const name = String(path.at(-1));
  const parameter = name.charAt(0).toLowerCase() + name.slice(1);
  const low = min !== undefined && (value as number) < min;
  const expected = low ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
  return `Value ( ${String(value)} ) for parameter ${parameter} is invalid. Expecting a value ${expected}.`;
}

/** IAM has sentences of its own for the patterns of names and paths. */
function iamSentence({ kind, path, constraint: { pattern } }: Violation): string | undefined {
  if (kind !== "pattern") return undefined;
  const name = String(path.at(-1));
  const head = `The specified value for ${name.charAt(0).toLowerCase()}${name.slice(1)} is invalid. It must`;
  if (pattern === String.raw`[\w+=,.@-]+`)
    return `${head} contain only alphanumeric characters and/or the following: +=,.@_-`;
  if (name === "Path" || name === "PathPrefix")
    return `${head} begin and end with / and contain only alphanumeric characters and/or / characters.`;
  return undefined;
}
