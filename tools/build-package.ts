/**
 * Builds what `npm pack` packs: the command, the library with its types, the threads, the SDK's
 * schemas and the files that machines are given. Everything but the native store is bundled.
 *
 *   node tools/build-package.ts [--out dist]
 */
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";
import { findCompanions, placeInPackage } from "./package/companions.ts";
import { renderLicenses } from "./package/licenses.ts";
import { writeDeclarations } from "./package/declarations.ts";

/** Native, or with a native part that is chosen for the machine at its installation. */
const external = ["lmdb", "msgpackr"];

const root = resolve(import.meta.dirname, "..");
const { values } = parseArgs({ options: { out: { type: "string", default: join(root, "dist") } } });
const out = resolve(values.out);

const sources = globSync("src/**/*.ts", { cwd: root })
  .filter((path) => !/\.(test|suite)\.ts$|\/testing\//.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
const { threads, folders } = findCompanions(sources);

const companions: Plugin = {
  name: "companions",
  setup(bundler) {
    bundler.onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: placeInPackage({ path: relative(root, path), text: readFileSync(path, "utf8") }),
      loader: "ts",
    }));
  },
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const { metafile } = await build({
  metafile: true,
  absWorkingDir: root,
  entryPoints: {
    main: "src/cli/main.ts",
    index: "src/cloud/index.ts",
    ...Object.fromEntries(threads.map((path) => [basename(path, ".ts"), path])),
  },
  // All in one folder, so that what stands beside one chunk stands beside all.
  outdir: join(out, "lib"),
  chunkNames: "[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // Of the SDK's two forms the one from which what is not used can be left out.
  mainFields: ["module", "main"],
  // CommonJS that asks for parts of Node has nobody else to ask in an ES module.
  banner: {
    js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
  },
  define: { FOGBANK_SCHEMAS: '"../schemas"' },
  external,
  plugins: [companions],
  logLevel: "warning",
});
for (const folder of folders)
  cpSync(join(root, folder), join(out, "files", relative("src", folder)), { recursive: true });
cpSync(join(root, "tools/package/fogbank.js"), join(out, "fogbank.js"));
const schemas = ["tools/bundle-schemas.ts", "--out", join(out, "schemas")];
execFileSync(process.execPath, schemas, { cwd: root, stdio: "inherit" });
writeFileSync(
  join(out, "THIRD-PARTY-LICENSES.txt"),
  renderLicenses(root, Object.keys(metafile.inputs)),
);
writeDeclarations({ root, entry: "src/cloud/index.ts", out: join(out, "types") });
