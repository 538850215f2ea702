/** What Fn::GetAtt finds in the answer of a custom resource's provider. */
import { isObject, TemplateError, type Evaluated } from "../template/values.ts";
import type { Attributes } from "../resource-types/resource-type.ts";
import type { Answer } from "./read-answer.ts";

/** What is kept of the last answer. */
export interface CustomAttributes {
  data: Answer["data"];
  noEcho: boolean;
  /** "stack ARN|logical id|request id": as messages name the answer. */
  object: string;
}

export function isCustomType(type: string): boolean {
  return type.startsWith("Custom::") || type === "AWS::CloudFormation::CustomResource";
}

export function hasCustomAttribute(attributes: Attributes, name: string): boolean {
  const { data = {} } = attributes as Partial<CustomAttributes>;
  return Object.hasOwn(data, name) && data[name] !== null;
}

/** Throws TemplateError for what the provider did not give. */
export function customAttribute(attributes: Attributes, name: string): Evaluated {
  const { data = {}, object } = attributes as Partial<CustomAttributes>;
  if (!hasCustomAttribute(attributes, name))
    throw new TemplateError(
      `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${object}`,
    );
  const value = data[name] as Evaluated;
  if (isObject(value))
    throw new TemplateError(
      `CustomResource attribute error: Invalid value for attribute ${name} in object ${object}`,
    );
  return value;
}
