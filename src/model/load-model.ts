/** Loads what the AWS SDK says of a service, at its first use. */
import { readFileSync } from "node:fs";
import { serviceFacts } from "./facts.ts";
import type { ServiceName } from "./sdk.ts";
import { createServiceModel, type ServiceModel } from "./service-model.ts";

/** Set when Fogbank is bundled for publishing: the folder, beside the bundle, that holds SERVICE.mjs. */
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
  const promise = importSchemas(service).then((exports) => {
    const model = createServiceModel(service, exports);
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

type Exports = Readonly<Record<string, unknown>>;

async function importSchemas(service: ServiceName): Promise<Exports> {
  if (typeof FOGBANK_SCHEMAS === "string")
    return (await import(
      new URL(`${FOGBANK_SCHEMAS}/${service}.mjs`, import.meta.url).href
    )) as Exports;
  const { package: packageName } = serviceFacts[service];
  try {
    return (await import(bundledSchemas(service, packageName))) as Exports;
  } catch (error) {
    // The small bundle is made by `npm run prepare`; without it the whole client serves as well.
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    return (await import(packageName)) as Exports;
  }
}

function bundledSchemas(service: ServiceName, packageName: string): string {
  const modules = new URL("../../node_modules/", import.meta.url);
  const manifest = readFileSync(new URL(`${packageName}/package.json`, modules), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  return new URL(`.cache/fogbank/schemas/${service}-${version}.mjs`, modules).href;
}
