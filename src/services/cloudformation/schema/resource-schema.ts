/** What CloudFormation publishes about a resource type's properties, in the compact form of generated/. */
import type { ResourceSchemaFile } from "./schema-files.ts";
import { loadSchemaFile } from "./schema-files.ts";

export type PropertySchema =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "any"
  | { list: PropertySchema }
  | { map: PropertySchema }
  | { members: Readonly<Record<string, PropertySchema>>; required?: readonly string[] }
  /** The name of one of the type's definitions. */
  | { ref: string };

export interface ResourceSchema {
  properties: Readonly<Record<string, PropertySchema>> | "any";
  required?: readonly string[];
  /** Attributes: never given, had by Fn::GetAtt. Parts are joined with dots. */
  readOnly?: readonly string[];
  /** A change of these makes a new resource. */
  createOnly?: readonly string[];
  /** A change of these makes a new resource under some circumstances. */
  conditional?: readonly string[];
  definitions?: Readonly<Record<string, PropertySchema>>;
  /** The property that holds tags. */
  tags?: string;
  /** False where CloudFormation does not add its own aws: tags. */
  systemTags?: boolean;
}

/** The published schema of a type; undefined for types that have none. */
export async function publishedSchema(type: string): Promise<ResourceSchema | undefined> {
  const service = type.split("::")[1]?.toLowerCase() ?? "";
  const file: ResourceSchemaFile | undefined = await loadSchemaFile(service);
  return file?.[type] as ResourceSchema | undefined;
}
