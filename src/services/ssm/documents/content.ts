/** What stands in a document. https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html */
import { parse, stringify } from "yaml";
import { invalidDocumentContent, invalidDocumentSchemaVersion } from "../errors.ts";
import type { DocumentFormat, DocumentType } from "./records.ts";

export interface ParameterDeclaration {
  name: string;
  type: string;
  description?: string;
  default?: unknown;
  allowedValues?: unknown[];
  allowedPattern?: string;
  minItems?: number;
  maxItems?: number;
  minChars?: number;
  maxChars?: number;
  interpolationType?: string;
}

export interface Step {
  action: string;
  name: string;
  inputs: Record<string, unknown>;
  /** Operators with their two operands; a step runs when all are met. */
  precondition: Record<string, unknown>;
}

export interface DocumentContent {
  schemaVersion: string;
  description?: string;
  parameters: ParameterDeclaration[];
  /** Of Command documents. */
  steps: Step[];
  /** Of Session documents: "Standard_Stream", "Port" … */
  sessionType?: string;
  inputs: Record<string, unknown>;
  properties?: Record<string, unknown>;
}

type Json = Record<string, unknown>;

const parameterTypes = ["String", "StringList", "Integer", "Boolean", "MapList", "StringMap"];
/** https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html */
const commandActions = [
  "aws:applications",
  "aws:cloudWatch",
  "aws:configureDocker",
  "aws:configurePackage",
  "aws:domainJoin",
  "aws:downloadContent",
  "aws:psModule",
  "aws:refreshAssociation",
  "aws:runDockerAction",
  "aws:runDocument",
  "aws:runPowerShellScript",
  "aws:runShellScript",
  "aws:softwareInventory",
  "aws:updateAgent",
  "aws:updateSsmAgent",
];
const sessionTypes = ["Standard_Stream", "InteractiveCommands", "NonInteractiveCommands", "Port"];
const schemaVersions: Record<DocumentType, readonly string[]> = {
  Command: ["1.2", "2.0", "2.2"],
  Session: ["1.0"],
};

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const scalar = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** Throws InvalidDocumentContent for a text that is not of its format. */
function parseText(text: string, format: DocumentFormat): Json {
  let value: unknown;
  try {
    value = format === "JSON" ? JSON.parse(text) : parse(text);
  } catch {
    throw invalidDocumentContent();
  }
  if (!isObject(value)) throw invalidDocumentContent();
  return value;
}

/** The same document in the other format. */
export function rewrite(text: string, from: DocumentFormat, to: DocumentFormat): string {
  if (from === to) return text;
  const value = parseText(text, from);
  return to === "JSON" ? JSON.stringify(value) : stringify(value);
}

/** Throws AWS's errors for what cannot be a document of this type. */
export function parseContent(
  text: string,
  format: DocumentFormat,
  type: DocumentType,
): DocumentContent {
  const value = parseText(text, format);
  const schemaVersion = scalar(value.schemaVersion);
  if (!schemaVersions[type].includes(schemaVersion))
    throw invalidDocumentSchemaVersion(
      `The schema version ${schemaVersion} isn't supported for documents of type ${type}. Use ${schemaVersions[type].join(" or ")}.`,
    );
  const declared = value.parameters ?? {};
  if (!isObject(declared)) throw invalidDocumentContent("parameters must be an object.");
  const sessionType = type === "Session" ? scalar(value.sessionType) : undefined;
  if (sessionType !== undefined && !sessionTypes.includes(sessionType))
    throw invalidDocumentContent(`The sessionType must be one of ${sessionTypes.join(", ")}.`);
  return {
    schemaVersion,
    ...(typeof value.description === "string" && { description: value.description }),
    parameters: Object.entries(declared).map(([name, given]) => declarationOf(name, given)),
    steps: type === "Session" ? [] : stepsOf(value, schemaVersion),
    ...(sessionType !== undefined && { sessionType }),
    inputs: isObject(value.inputs) ? value.inputs : {},
    ...(isObject(value.properties) && { properties: value.properties }),
  };
}

function declarationOf(name: string, given: unknown): ParameterDeclaration {
  if (!isObject(given) || !parameterTypes.includes(String(given.type)))
    throw invalidDocumentContent(
      `The type of parameter ${name} must be one of ${parameterTypes.join(", ")}.`,
    );
  const text = (key: string) =>
    typeof given[key] === "string" ? { [key]: given[key] } : undefined;
  const number = (key: string) =>
    given[key] === undefined ? undefined : { [key]: Number(given[key]) };
  return {
    name,
    type: String(given.type),
    ...text("description"),
    ...(given.default !== undefined && { default: given.default }),
    ...(Array.isArray(given.allowedValues) && { allowedValues: given.allowedValues }),
    ...text("allowedPattern"),
    ...text("interpolationType"),
    ...number("minItems"),
    ...number("maxItems"),
    ...number("minChars"),
    ...number("maxChars"),
  };
}

function stepsOf(value: Json, schemaVersion: string): Step[] {
  const steps = schemaVersion === "1.2" ? oldSteps(value.runtimeConfig) : newSteps(value.mainSteps);
  if (steps.length === 0)
    throw invalidDocumentContent("The document has no steps to run on a managed node.");
  const unknown = steps.find(({ action }) => !commandActions.includes(action));
  if (unknown) throw invalidDocumentContent(`The action ${unknown.action} isn't supported.`);
  return steps;
}

/** Schema 1.2: plugins by name, each with its inputs under "properties". Its steps are called after their plugins. */
function oldSteps(config: unknown): Step[] {
  if (!isObject(config)) throw invalidDocumentContent("runtimeConfig must be an object.");
  return Object.entries(config).flatMap(([action, plugin]) => {
    const properties = isObject(plugin) ? plugin.properties : undefined;
    const all = Array.isArray(properties) ? properties : [properties ?? {}];
    return all.map((inputs) => ({
      action,
      name: action,
      inputs: isObject(inputs) ? inputs : {},
      precondition: {},
    }));
  });
}

function newSteps(list: unknown): Step[] {
  if (!Array.isArray(list)) throw invalidDocumentContent("mainSteps must be a list.");
  const names = new Set<string>();
  return list.map((step: unknown) => {
    if (!isObject(step) || typeof step.action !== "string" || typeof step.name !== "string")
      throw invalidDocumentContent("Each of mainSteps needs an action and a name.");
    if (names.has(step.name))
      throw invalidDocumentContent(`The step name ${step.name} is used more than once.`);
    names.add(step.name);
    return {
      action: step.action,
      name: step.name,
      inputs: isObject(step.inputs) ? step.inputs : {},
      precondition: isObject(step.precondition) ? step.precondition : {},
    };
  });
}
