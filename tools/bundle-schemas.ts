/**
 * Cuts the schemas out of the AWS SDK's client packages, one small module per service, because
 * importing a whole client costs a hundred milliseconds and tens of megabytes.
 *
 *   node tools/bundle-schemas.ts              for a clone: node_modules/.cache/fogbank/schemas/SERVICE-VERSION.mjs
 *   node tools/bundle-schemas.ts --out DIR    for the published package: DIR/SERVICE.mjs
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";
import { serviceFacts, serviceNames } from "#model/facts.ts";

const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));

/** The schemas register error classes in a registry; both are the client's business. */
const withoutClasses: Plugin = {
  name: "without-classes",
  setup(build) {
    build.onResolve({ filter: /\/models\/|^@smithy\/core\/schema$/ }, ({ path }) => ({
      path,
      namespace: path.startsWith("@") ? "registry" : "classes",
      sideEffects: false,
    }));
    build.onLoad({ filter: /./, namespace: "classes" }, () => ({
      contents: "module.exports = {};",
    }));
    build.onLoad({ filter: /./, namespace: "registry" }, () => ({
      contents: "export class TypeRegistry { registerError() {} }",
    }));
  },
};

const { values } = parseArgs({ options: { out: { type: "string" } } });
const folder = values.out ?? `${modules}.cache/fogbank/schemas`;
mkdirSync(folder, { recursive: true });
await Promise.all(
  serviceNames.map(async (service) => {
    const { package: packageName } = serviceFacts[service];
    const packageFolder = `${modules}${packageName}`;
    const { version } = JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")) as {
      version: string;
    };
    const outfile = values.out ? `${folder}/${service}.mjs` : `${folder}/${service}-${version}.mjs`;
    if (!values.out && existsSync(outfile)) return;
    const source = `${packageFolder}/dist-es/schemas/schemas_0.js`;
    await build({
      stdin: { contents: entry(source), resolveDir: packageFolder },
      outfile,
      bundle: true,
      format: "esm",
      platform: "node",
      minify: true,
      plugins: [withoutClasses],
    });
  }),
);

/** Operations and errors lead to every other schema; fewer exports link faster. */
function entry(source: string): string {
  const names = readFileSync(source, "utf8").matchAll(/^export var (\w+\$) = \[(?:9|-3),/gm);
  const list = Array.from(names, ([, name]) => name).join(", ");
  return `export { ${list} } from ${JSON.stringify(source)};`;
}
