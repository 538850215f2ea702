/** A template's sections, checked for form. What its values mean is for evaluate.ts. */
import { limits } from "../limits.ts";
import { parseText } from "./parse-text.ts";
import {
  TemplateError,
  isObject,
  refuseUnexpanded,
  textOf,
  type TemplateObject,
  type TemplateValue,
} from "./values.ts";

export interface ParameterDeclaration {
  Type: string;
  Default?: string;
  NoEcho: boolean;
  AllowedValues?: readonly string[];
  AllowedPattern?: string;
  MinLength?: number;
  MaxLength?: number;
  MinValue?: number;
  MaxValue?: number;
  Description?: string;
  ConstraintDescription?: string;
}

export type DeletionPolicy = "Delete" | "Retain" | "RetainExceptOnCreate" | "Snapshot";

export interface ResourceDeclaration {
  Type: string;
  Properties: TemplateObject;
  Metadata: TemplateValue | undefined;
  DependsOn: readonly string[];
  Condition: string | undefined;
  DeletionPolicy: TemplateValue | undefined;
  UpdateReplacePolicy: TemplateValue | undefined;
  CreationPolicy: TemplateValue | undefined;
  UpdatePolicy: TemplateValue | undefined;
}

export interface OutputDeclaration {
  Value: TemplateValue;
  Description?: string;
  Condition?: string;
  ExportName?: TemplateValue;
}

export interface Template {
  readonly description: string | undefined;
  readonly metadata: TemplateValue | undefined;
  readonly transforms: readonly string[];
  readonly parameters: Readonly<Record<string, ParameterDeclaration>>;
  readonly mappings: Readonly<Record<string, TemplateValue>>;
  readonly conditions: Readonly<Record<string, TemplateValue>>;
  readonly rules: Readonly<Record<string, TemplateValue>>;
  readonly resources: Readonly<Record<string, ResourceDeclaration>>;
  readonly outputs: Readonly<Record<string, OutputDeclaration>>;
}

const sections = [
  "AWSTemplateFormatVersion",
  "Description",
  "Metadata",
  "Parameters",
  "Rules",
  "Mappings",
  "Conditions",
  "Transform",
  "Globals",
  "Hooks",
  "Resources",
  "Outputs",
];

/** Reads and checks a template's text. Throws TemplateError with CloudFormation's sentence. */
export function parseTemplate(text: string): Template {
  const raw = parseText(text);
  for (const name of Object.keys(raw)) refuseUnexpanded(name);
  const unknown = Object.keys(raw).filter((key) => !sections.includes(key));
  if (unknown.length > 0)
    throw new TemplateError(`Invalid template property or properties [${unknown.join(", ")}]`);
  const version = raw["AWSTemplateFormatVersion"];
  if (version !== undefined && version !== "2010-09-09")
    throw new TemplateError(
      `Template format error: ${textOf(version)} is not a supported value for AWSTemplateFormatVersion.`,
    );
  const description = raw["Description"];
  if (description !== undefined && typeof description !== "string")
    throw new TemplateError("Template format error: Description must be a string.");
  if (description !== undefined && Buffer.byteLength(description) > limits.templateDescriptionBytes)
    throw new TemplateError("Template format error: 'Description' length is greater than 1024.");
  return {
    description,
    metadata: raw["Metadata"],
    transforms: readTransforms(raw),
    parameters: mapSection(raw, "Parameters", limits.parameters, readParameter),
    mappings: mapSection(raw, "Mappings", limits.mappings, readMapping),
    conditions: mapSection(raw, "Conditions", Infinity, (_name, condition) => condition),
    rules: mapSection(raw, "Rules", Infinity, readRule),
    resources: readResources(raw),
    outputs: mapSection(raw, "Outputs", limits.outputs, readOutput),
  };
}

function mapSection<T>(
  raw: TemplateObject,
  section: string,
  most: number,
  read: (name: string, value: TemplateValue) => T,
): Record<string, T> {
  const value = raw[section];
  if (value === undefined) return {};
  if (!isObject(value))
    throw new TemplateError(`Template format error: ${section} must be an object.`);
  const names = Object.keys(value);
  if (names.length > most)
    throw new TemplateError(
      `Template format error: Number of ${section.toLowerCase()}, ${names.length}, is greater than maximum allowed, ${most}`,
    );
  for (const name of names) checkName(section.slice(0, -1), name);
  return Object.fromEntries(names.map((name) => [name, read(name, value[name]!)]));
}

function checkName(kind: string, name: string): void {
  refuseUnexpanded(name);
  if (!/^[a-zA-Z0-9]+$/.test(name))
    throw new TemplateError(`Template format error: ${kind} name ${name} is non alphanumeric.`);
}

const languageExtensions = "AWS::LanguageExtensions";

function readTransforms(raw: TemplateObject): string[] {
  const value = raw["Transform"];
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  for (const transform of list) {
    const name = isObject(transform) ? transform["Name"] : transform;
    if (name !== languageExtensions)
      throw new TemplateError(
        `Fogbank does not run the transform ${String(name)} yet; package the template without it.`,
      );
  }
  return list as string[];
}

const parameterMembers = [
  "Type",
  "Default",
  "NoEcho",
  "AllowedValues",
  "AllowedPattern",
  "MinLength",
  "MaxLength",
  "MinValue",
  "MaxValue",
  "Description",
  "ConstraintDescription",
];

function readParameter(name: string, value: TemplateValue): ParameterDeclaration {
  if (!isObject(value) || value["Type"] === undefined)
    throw new TemplateError(
      "Template format error: Every Parameters object must contain a Type member.",
    );
  const invalid = Object.keys(value).find((key) => !parameterMembers.includes(key));
  if (invalid !== undefined)
    throw new TemplateError(`Invalid template parameter property '${invalid}'`);
  const type = textOf(value["Type"]);
  if (!isParameterType(type))
    throw new TemplateError(`Template format error: Unrecognized parameter type: ${type}`);
  const text = (key: string) => (value[key] === undefined ? undefined : textOf(value[key]));
  const number = (key: string) => (value[key] === undefined ? undefined : Number(value[key]));
  const allowed = value["AllowedValues"];
  if (allowed !== undefined && !Array.isArray(allowed))
    throw new TemplateError(
      `Template format error: AllowedValues of parameter ${name} must be a list.`,
    );
  if (Array.isArray(value["Default"]) || isObject(value["Default"]))
    throw new TemplateError(`Template format error: Every Default member must be a string.`);
  return {
    Type: type,
    NoEcho: textOf(value["NoEcho"] ?? false).toLowerCase() === "true",
    Default: text("Default"),
    AllowedValues: allowed?.map(String),
    AllowedPattern: text("AllowedPattern"),
    MinLength: number("MinLength"),
    MaxLength: number("MaxLength"),
    MinValue: number("MinValue"),
    MaxValue: number("MaxValue"),
    Description: text("Description"),
    ConstraintDescription: text("ConstraintDescription"),
  };
}

const awsParameterTypes = [
  "AWS::EC2::AvailabilityZone::Name",
  "AWS::EC2::Image::Id",
  "AWS::EC2::Instance::Id",
  "AWS::EC2::KeyPair::KeyName",
  "AWS::EC2::SecurityGroup::GroupName",
  "AWS::EC2::SecurityGroup::Id",
  "AWS::EC2::Subnet::Id",
  "AWS::EC2::Volume::Id",
  "AWS::EC2::VPC::Id",
  "AWS::Route53::HostedZone::Id",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html */
function isParameterType(type: string): boolean {
  if (["String", "Number", "List<Number>", "CommaDelimitedList", "List<String>"].includes(type))
    return true;
  if (type === "AWS::SSM::Parameter::Name") return true;
  const stored = /^AWS::SSM::Parameter::Value<(.+)>$/.exec(type)?.[1];
  if (stored !== undefined) return stored === "String" || isParameterType(stored);
  const element = /^List<(.+)>$/.exec(type)?.[1] ?? type;
  return awsParameterTypes.includes(element);
}

function readMapping(name: string, value: TemplateValue): TemplateValue {
  if (!isObject(value))
    throw new TemplateError(`Template format error: Mapping ${name} must be an object.`);
  for (const [key, attributes] of Object.entries(value))
    if (!isObject(attributes))
      throw new TemplateError(
        `Template format error: Every attribute of Mappings ${name}.${key} must be a String or a List.`,
      );
  return value;
}

function readRule(name: string, value: TemplateValue): TemplateValue {
  if (!isObject(value) || !Array.isArray(value["Assertions"]))
    throw new TemplateError(
      `Template format error: Rule ${name} must contain a list of Assertions.`,
    );
  return value;
}

const resourceMembers = [
  "Type",
  "Properties",
  "Metadata",
  "DependsOn",
  "Condition",
  "DeletionPolicy",
  "UpdateReplacePolicy",
  "CreationPolicy",
  "UpdatePolicy",
  "Description",
  "Version",
];

function readResources(raw: TemplateObject): Record<string, ResourceDeclaration> {
  const section = raw["Resources"];
  if (!isObject(section) || Object.keys(section).length === 0)
    throw new TemplateError(
      "Template format error: At least one Resources member must be defined.",
    );
  const names = Object.keys(section);
  if (names.length > limits.resources)
    throw new TemplateError(
      `Template format error: Number of resources, ${names.length}, is greater than maximum allowed, ${limits.resources}`,
    );
  return Object.fromEntries(names.map((name) => [name, readResource(name, section[name]!)]));
}

function readResource(name: string, value: TemplateValue): ResourceDeclaration {
  checkName("Resource", name);
  if (!isObject(value))
    throw new TemplateError(
      `Template format error: [/Resources/${name}] resource definition is malformed`,
    );
  const invalid = Object.keys(value).find((key) => !resourceMembers.includes(key));
  if (invalid !== undefined)
    throw new TemplateError(`Invalid template resource property '${invalid}'`);
  const type = value["Type"];
  if (typeof type !== "string")
    throw new TemplateError(
      `Template format error: [/Resources/${name}] Every Resources object must contain a Type member.`,
    );
  const properties = value["Properties"] ?? {};
  if (!isObject(properties))
    throw new TemplateError(
      `Template format error: [/Resources/${name}/Properties] must be an object.`,
    );
  const dependsOn = value["DependsOn"] ?? [];
  const dependencies = Array.isArray(dependsOn) ? dependsOn : [dependsOn];
  if (dependencies.some((dependency) => typeof dependency !== "string"))
    throw new TemplateError(
      "Template format error: DependsOn must be a string or list of strings.",
    );
  const condition = value["Condition"];
  if (condition !== undefined && typeof condition !== "string")
    throw new TemplateError(`Template format error: Every Condition member must be a string.`);
  return {
    Type: type,
    Properties: properties,
    Metadata: value["Metadata"],
    DependsOn: dependencies as string[],
    Condition: condition,
    DeletionPolicy: value["DeletionPolicy"],
    UpdateReplacePolicy: value["UpdateReplacePolicy"],
    CreationPolicy: value["CreationPolicy"],
    UpdatePolicy: value["UpdatePolicy"],
  };
}

function readOutput(name: string, value: TemplateValue): OutputDeclaration {
  if (!isObject(value) || value["Value"] === undefined)
    throw new TemplateError(
      "Template format error: Every Outputs member must contain a Value object",
    );
  const invalid = Object.keys(value).find(
    (key) => !["Value", "Description", "Condition", "Export"].includes(key),
  );
  if (invalid !== undefined)
    throw new TemplateError(`Invalid template output property '${invalid}'`);
  if (Array.isArray(value["Value"]))
    throw new TemplateError(
      "Template format error: The Value field of every Outputs member must evaluate to a String and not a List.",
    );
  const exported = value["Export"];
  if (exported !== undefined && (!isObject(exported) || exported["Name"] === undefined))
    throw new TemplateError(
      `Template format error: Output ${name} is malformed. The Export object must contain a Name member.`,
    );
  return {
    Value: value["Value"],
    ...(value["Description"] !== undefined && { Description: textOf(value["Description"]) }),
    ...(value["Condition"] !== undefined && { Condition: textOf(value["Condition"]) }),
    ...(isObject(exported) && { ExportName: exported["Name"]! }),
  };
}
