/** Parameter values: which are given, which are missing, and whether each meets its declaration. */
import { limits } from "../limits.ts";
import type { ParameterDeclaration, Template } from "./template.ts";
import { TemplateError } from "./values.ts";

export interface GivenParameter {
  ParameterKey?: string | undefined;
  ParameterValue?: string | undefined;
  UsePreviousValue?: boolean | undefined;
}

/** Texts by parameter name, as the user gave them or the template's default. */
export type ParameterTexts = Readonly<Record<string, string>>;

/** What Ref gives: a text, or a list for list types. */
export type ParameterValues = Readonly<Record<string, string | string[]>>;

/** Chooses each parameter's text. `previous` are those of the stack that is updated. */
export function chooseParameters(
  template: Template,
  given: readonly GivenParameter[],
  previous: ParameterTexts | undefined,
): ParameterTexts {
  const names = given.map((parameter) => parameter.ParameterKey ?? "");
  const extra = names.filter((name) => !(name in template.parameters));
  if (extra.length > 0)
    throw new TemplateError(`Parameters: [${extra.join(", ")}] do not exist in the template`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TemplateError(`Duplicate parameter key: ${twice}`);
  const chosen: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, declaration] of Object.entries(template.parameters)) {
    const input = given.find((parameter) => parameter.ParameterKey === name);
    const text = input ? textOf(name, input, previous) : declaration.Default;
    if (text === undefined) missing.push(name);
    else chosen[name] = text;
  }
  if (missing.length > 0)
    throw new TemplateError(`Parameters: [${missing.join(", ")}] must have values`);
  return chosen;
}

function textOf(name: string, input: GivenParameter, previous: ParameterTexts | undefined) {
  const { ParameterValue: value, UsePreviousValue: usePrevious } = input;
  if (usePrevious && value !== undefined)
    throw new TemplateError(
      `Invalid input for parameter key ${name}. Either specify the parameter value or UsePreviousValue, not both.`,
    );
  if (!usePrevious) return value;
  const before = previous?.[name];
  if (before === undefined)
    throw new TemplateError(
      `Invalid input for parameter key ${name}. Cannot specify usePreviousValue as true for a parameter key not in the previous template`,
    );
  return before;
}

const storedValue = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** The SSM parameters, by parameter name, whose values stand for the texts given. */
export function storedParameters(
  template: Template,
  texts: ParameterTexts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.parameters)
      .filter(([, declaration]) => storedValue.test(declaration.Type))
      .map(([name]) => [name, texts[name]!]),
  );
}

/**
 * Checks every text against its declaration and gives what Ref evaluates to. `stored` are the values
 * found in the SSM parameter store for `storedParameters`.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
 */
export function checkParameters(
  template: Template,
  texts: ParameterTexts,
  stored: Readonly<Record<string, string>>,
): ParameterValues {
  const values: Record<string, string | string[]> = {};
  for (const [name, declaration] of Object.entries(template.parameters)) {
    const text = texts[name]!;
    checkText(name, declaration, text);
    const inner = storedValue.exec(declaration.Type)?.[1];
    const type = inner ?? declaration.Type;
    const value = inner === undefined ? text : (stored[name] ?? text);
    values[name] = isList(type) ? splitList(value) : value;
  }
  return values;
}

function isList(type: string): boolean {
  return type === "CommaDelimitedList" || type.startsWith("List<");
}

function splitList(text: string): string[] {
  return text === "" ? [] : text.split(",").map((item) => item.trim());
}

function checkText(name: string, declaration: ParameterDeclaration, text: string): void {
  const { Type: type, ConstraintDescription: described } = declaration;
  const refuse = (sentence: string) => {
    throw new TemplateError(
      described === undefined
        ? `Parameter '${name}' ${sentence}`
        : `Parameter ${name} failed to satisfy constraint: ${described}`,
    );
  };
  if (Buffer.byteLength(text) > limits.parameterValueBytes)
    throw new TemplateError(
      `Parameter '${name}' must contain at most ${limits.parameterValueBytes} characters`,
    );
  const items = isList(type) ? splitList(text) : [text];
  if (type === "Number" || type === "List<Number>")
    for (const item of items)
      if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(item))
        throw new TemplateError(
          type === "Number"
            ? `Parameter '${name}' must be a number.`
            : `Parameter '${name}' must be a list of numbers.`,
        );
  const { AllowedValues: allowed, AllowedPattern: pattern } = declaration;
  if (allowed && !items.every((item) => allowed.includes(item)))
    refuse("must be one of AllowedValues");
  if (pattern !== undefined && !items.every((item) => matches(name, pattern, item)))
    refuse(`must match pattern ${pattern}`);
  const { MinLength, MaxLength, MinValue, MaxValue } = declaration;
  if (MinLength !== undefined && text.length < MinLength)
    refuse(`must contain at least ${MinLength} characters`);
  if (MaxLength !== undefined && text.length > MaxLength)
    refuse(`must contain at most ${MaxLength} characters`);
  if (type === "Number") {
    if (MinValue !== undefined && Number(text) < MinValue)
      refuse(`must be a number not less than ${MinValue}`);
    if (MaxValue !== undefined && Number(text) > MaxValue)
      refuse(`must be a number not greater than ${MaxValue}`);
  }
}

/** The pattern must match the whole text, as Java's Pattern.matches does. */
function matches(name: string, pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern.replace(/^\(\?s\)/, "")})$`).test(text);
  } catch {
    throw new TemplateError(
      `Template format error: Parameter '${name}' has an AllowedPattern that is no regular expression: ${pattern}`,
    );
  }
}
