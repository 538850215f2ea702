/** Loads what the AWS SDK says of a service, at its first use. */
import { readFile } from "node:fs/promises";
import { serviceFacts } from "./facts.ts";
import type { ServiceName } from "./sdk.ts";
import { createServiceModel, readSchemaFile } from "./service-model.ts";
import type { SchemaFile, ServiceModel } from "./service-model.ts";

/** Set when Fogbank is bundled for publishing: the folder, beside the bundle, that holds SERVICE.json. */
declare const FOGBANK_SCHEMAS: string | undefined;

/** Models never change once made, so that every cloud of a process may share them. */
const models = new Map<ServiceName, ServiceModel>();
const loading = new Map<ServiceName, Promise<ServiceModel>>();

/** The model when it is there already: what a hot path asks before it awaits anything. */
export function loadedModel(service: ServiceName): ServiceModel | undefined {
  return models.get(service);
}

export function loadModel(service: ServiceName): Promise<ServiceModel> {
  const under = loading.get(service);
  if (under) return under;
  const promise = readModel(service).then((model) => {
    models.set(service, model);
    return model;
  });
  loading.set(service, promise);
  promise.catch(() => loading.delete(service));
  return promise;
}

/** Names of all operations that AWS has for the service, in alphabetical order. */
export async function listOperations(service: ServiceName): Promise<readonly string[]> {
  const { operations } = await loadModel(service);
  return [...operations.keys()].toSorted();
}

async function readModel(service: ServiceName): Promise<ServiceModel> {
  const { package: packageName } = serviceFacts[service];
  try {
    const text = await readFile(await schemaFile(service, packageName), "utf8");
    return readSchemaFile(service, JSON.parse(text) as SchemaFile);
  } catch (error) {
    // The file is made by `npm run prepare`; without it the whole client serves as well.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return createServiceModel(service, (await import(packageName)) as Record<string, unknown>);
  }
}

async function schemaFile(service: ServiceName, packageName: string): Promise<URL> {
  if (typeof FOGBANK_SCHEMAS === "string")
    return new URL(`${FOGBANK_SCHEMAS}/${service}.json`, import.meta.url);
  const modules = new URL("../../node_modules/", import.meta.url);
  const manifest = await readFile(new URL(`${packageName}/package.json`, modules), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  return new URL(`.cache/fogbank/schemas/${service}-${version}.json`, modules);
}
