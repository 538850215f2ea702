/** What templates are made of, and the two values that exist only while one is worked out. */

export type TemplateValue =
  | string
  | number
  | boolean
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

export type TemplateObject = { readonly [key: string]: TemplateValue };

/** Stands for what nobody can know before the resource it comes from was made. */
export class Unknown {
  /** Where it comes from: a logical id, or "LogicalId.Attribute". */
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** `AWS::NoValue`: the property that holds it is left out. */
export const noValue = Symbol("AWS::NoValue");

export type Evaluated =
  | string
  | number
  | boolean
  | Unknown
  | typeof noValue
  | Evaluated[]
  | { [key: string]: Evaluated };

/** A template's fault, with the sentence that CloudFormation answers. Operations turn it into a ValidationError. */
export class TemplateError extends Error {
  override readonly name = "TemplateError";
}

/** Throws for what CloudFormation expands before it reads a template, and Fogbank does not. */
export function refuseUnexpanded(name: string): void {
  if (name === "Fn::Transform" || name.startsWith("Fn::ForEach"))
    throw new TemplateError(`Fogbank does not run ${name} yet; expand it before deploying.`);
}

export function isObject(value: unknown): value is { [key: string]: TemplateValue } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Unknown)
  );
}

/** The name and argument of `{"Fn::Join": …}`, `{"Ref": …}` or `{"Condition": …}`; undefined for anything else. */
export function asIntrinsic(value: unknown): { name: string; argument: TemplateValue } | undefined {
  if (!isObject(value)) return undefined;
  const keys = Object.keys(value);
  const [name] = keys;
  if (keys.length !== 1 || name === undefined) return undefined;
  if (name !== "Ref" && name !== "Condition" && !name.startsWith("Fn::")) return undefined;
  return { name, argument: value[name]! };
}

/** True when a value, or anything inside it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value instanceof Unknown) return true;
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isObject(value) && Object.values(value).some(hasUnknown);
}

/** A scalar as CloudFormation writes it into texts; undefined for lists and objects. */
export function asText(value: Evaluated): string | undefined {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : undefined;
}

/** Any value as a text: scalars as CloudFormation writes them, all else as JSON. */
export function textOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : JSON.stringify(value);
}
