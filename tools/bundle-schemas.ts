/**
 * Cuts the schemas out of the AWS SDK's client packages, one small file per service, because
 * importing a whole client costs a hundred milliseconds and tens of megabytes.
 *
 *   node tools/bundle-schemas.ts              for a clone: node_modules/.cache/fogbank/schemas/SERVICE-VERSION.json
 *   node tools/bundle-schemas.ts --out DIR    for the published package: DIR/SERVICE.json
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";
import { serviceFacts, serviceNames } from "#model/facts.ts";
import type { SchemaFile } from "#model/service-model.ts";
import type { SchemaRef } from "#model/shape.ts";

const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));

/** The schemas register error classes in a registry; both are the client's business. */
const withoutClasses: Plugin = {
  name: "without-classes",
  setup(bundler) {
    bundler.onResolve({ filter: /\/models\/|^@smithy\/core\/schema$/ }, ({ path }) => ({
      path,
      namespace: path.startsWith("@") ? "registry" : "classes",
      sideEffects: false,
    }));
    bundler.onLoad({ filter: /./, namespace: "classes" }, () => ({
      contents: "module.exports = {};",
    }));
    bundler.onLoad({ filter: /./, namespace: "registry" }, () => ({
      contents:
        "export class TypeRegistry { static for() { return new TypeRegistry(); } registerError() {} }",
    }));
  },
};

const kinds = { operation: 9, error: -3 };
/** Where schemas of each kind refer to others; structures do so in a list. */
const references: Readonly<Record<number, readonly number[]>> = {
  0: [4],
  1: [4],
  2: [4, 5],
  9: [4, 5],
};
const memberList = 5;

const { values } = parseArgs({ options: { out: { type: "string" } } });
const folder = values.out ?? `${modules}.cache/fogbank/schemas`;
mkdirSync(folder, { recursive: true });
for (const service of serviceNames) {
  const packageFolder = `${modules}${serviceFacts[service].package}`;
  const manifest = readFileSync(`${packageFolder}/package.json`, "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const file = values.out ? `${folder}/${service}.json` : `${folder}/${service}-${version}.json`;
  if (values.out || !existsSync(file))
    writeFileSync(file, JSON.stringify(toFile(await importSchemas(packageFolder))));
}

async function importSchemas(packageFolder: string): Promise<Record<string, unknown>> {
  const { outputFiles } = await build({
    entryPoints: [`${packageFolder}/dist-es/schemas/schemas_0.js`],
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    plugins: [withoutClasses],
  });
  const code = Buffer.from(outputFiles[0]!.contents).toString("base64");
  return (await import(`data:text/javascript;base64,${code}`)) as Record<string, unknown>;
}

function toFile(exports: Record<string, unknown>): SchemaFile {
  const schemas: unknown[][] = [];
  const places = new Map<unknown, number>();

  const place = (schema: readonly unknown[]): number => {
    const present = places.get(schema);
    if (present !== undefined) return present;
    const index = schemas.length;
    const copy = [...schema];
    schemas.push(copy);
    places.set(schema, index);
    const at = references[schema[0] as number];
    if (at) for (const position of at) copy[position] = refer(schema[position] as SchemaRef);
    else copy[memberList] = (schema[memberList] as SchemaRef[]).map(refer);
    return index;
  };
  const refer = (ref: SchemaRef): unknown => {
    let target = ref;
    while (typeof target === "function") target = target();
    if (!Array.isArray(target)) return target;
    const parts = target as readonly unknown[];
    return parts.length === 2 ? [refer(parts[0] as SchemaRef), parts[1]] : `#${place(parts)}`;
  };

  const entries = Object.values(exports)
    .filter((schema): schema is unknown[] => Array.isArray(schema))
    .filter(([kind]) => kind === kinds.operation || kind === kinds.error)
    .map(place);
  return { entries, schemas };
}
