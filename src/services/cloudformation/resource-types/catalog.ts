/** Finds resource types by name, each with its schema; a type is loaded when a template first names it. */
import { publishedSchema, type ResourceSchema } from "../schema/resource-schema.ts";
import { resourceTypes } from "./registry.ts";
import type { ResourceType } from "./resource-type.ts";

export interface LoadedType {
  readonly definition: ResourceType;
  readonly schema: ResourceSchema;
}

export interface TypeCatalog {
  /** Undefined for a type that Fogbank does not know. */
  find(type: string): Promise<LoadedType | undefined>;
}

/** The catalog of the registered types and of `own`, which come first. */
export function createTypeCatalog(own: readonly ResourceType[] = []): TypeCatalog {
  const loaded = new Map<string, Promise<LoadedType | undefined>>();
  const load = async (type: string): Promise<LoadedType | undefined> => {
    const definition = own.find((candidate) => candidate.type === type) ?? (await registered(type));
    if (!definition) return undefined;
    const schema = definition.schema ?? (await publishedSchema(type));
    if (!schema) throw new Error(`${type} has no schema; run tools/extract-resource-schemas.ts`);
    return { definition, schema };
  };
  return {
    find(type) {
      const present = loaded.get(type) ?? load(type);
      loaded.set(type, present);
      return present;
    },
  };
}

async function registered(type: string): Promise<ResourceType | undefined> {
  if (/^Custom::[\w@-]{1,60}$/.test(type))
    return (await import("./cloudformation/custom-resource.ts")).customResource(type);
  if (!Object.hasOwn(resourceTypes, type)) return undefined;
  return (await resourceTypes[type]!()).resourceType;
}
