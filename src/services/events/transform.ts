/**
 * What of an event a target gets.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
import type { InputTransformer, Target } from "@aws-sdk/client-eventbridge";
import { isoMillis } from "#runtime/date.ts";
import type { DeliveryRecord, Envelope } from "./records.ts";

type Delivered = Pick<DeliveryRecord, "event" | "ruleArn" | "target" | "acceptedMs">;

/** The text that the target is given. */
export function inputFor(delivery: Delivered): string {
  const { event, target } = delivery;
  if (target.Input) return target.Input;
  if (target.InputPath) return JSON.stringify(valueAt(event, target.InputPath) ?? {});
  if (target.InputTransformer) return fillTemplate(target.InputTransformer, delivery);
  return JSON.stringify(event);
}

/** Why a target's input cannot be; undefined when it can. */
export function inputProblem({ Input, InputPath, InputTransformer }: Target): string | undefined {
  const given = [Input, InputPath, InputTransformer].filter(Boolean);
  if (given.length > 1)
    return "Only one of Input, InputPath, or InputTransformer must be provided for target";
  if (Input && !isJson(Input)) return "JSON syntax error in input for target";
  const paths = [InputPath, ...Object.values(InputTransformer?.InputPathsMap ?? {})];
  if (paths.some((path) => path && !pathSyntax.test(path))) return "Invalid InputPath for target";
  if (!InputTransformer) return undefined;
  const names = Object.keys(InputTransformer.InputPathsMap ?? {});
  const used = [...(InputTransformer.InputTemplate ?? "").matchAll(placeholder)];
  const unknown = used.find(([, name]) => !names.includes(name!) && !isReserved(name!));
  if (unknown)
    return `InvalidInput for target: Invalid InputTemplate: Template placeholder ${unknown[0]} is not defined in InputPathsMap`;
  return undefined;
}

const pathSyntax = /^\$(?:\.[\w-]+|\[(?:\d+|\*|'[^']+'|"[^"]+")\]|\.\*)*$/;
const placeholder = /<([\w.-]+)>/g;

function isReserved(name: string): boolean {
  return name.startsWith("aws.events.");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** "$.detail['a b'][0].*": one value, or a list where the path has wildcards. Undefined for none. */
function valueAt(event: Envelope, path: string): unknown {
  const parts = [...path.matchAll(/\.([\w-]+|\*)|\[(?:'([^']+)'|"([^"]+)"|(\d+|\*))\]/g)];
  let found: unknown[] = [event];
  for (const [, name, single, double, index] of parts) {
    const part = name ?? single ?? double ?? index!;
    found = found.flatMap((one) => {
      if (typeof one !== "object" || one === null) return [];
      if (part === "*") return Object.values(one);
      return Object.hasOwn(one, part) ? [(one as Record<string, unknown>)[part]] : [];
    });
  }
  return path.includes("*") ? found : found[0];
}

/**
 * Placeholders between quotes are replaced by text, others by JSON. A path that leads nowhere is
 * replaced by nothing.
 */
function fillTemplate(
  { InputPathsMap: paths = {}, InputTemplate: template = "" }: InputTransformer,
  delivery: Delivered,
): string {
  const isObjectTemplate = /^\s*[{[]/.test(template);
  let quoted = false;
  return template.replace(/\\.|"|<([\w.-]+)>/gs, (part, name: string | undefined) => {
    if (part === '"') quoted = !quoted;
    if (name === undefined) return part;
    const value = isReserved(name)
      ? reservedValue(name, delivery)
      : valueAt(delivery.event, paths[name] ?? "$");
    if (value === undefined) return quoted || !isObjectTemplate ? "" : '""';
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (quoted) return isObjectTemplate ? JSON.stringify(text).slice(1, -1) : text;
    return isObjectTemplate ? JSON.stringify(value) : text;
  });
}

function reservedValue(name: string, { event, ruleArn, acceptedMs }: Delivered): unknown {
  switch (name) {
    case "aws.events.rule-arn":
      return ruleArn;
    case "aws.events.rule-name":
      return ruleArn.split("/").at(-1);
    case "aws.events.event.ingestion-time":
      return isoMillis(acceptedMs);
    case "aws.events.event": {
      const { detail: _, ...rest } = event;
      return rest;
    }
    case "aws.events.event.json":
      return event;
    default:
      return undefined;
  }
}
