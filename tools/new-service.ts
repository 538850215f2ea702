/**
 * Begins a service: writes its folder with a first operation and a test, and enters it wherever
 * services are listed.
 *
 *   npm run new-service -- NAME [OPERATION] [--package @aws-sdk/client-…] [--botocore DIR]
 *
 * NAME is the service's folder in botocore's data ("kms", "events"), OPERATION one that lists
 * something. The SDK's client is installed when it is not there. The constraints of inputs are
 * extracted from botocore, which is looked for in Python when no folder is given.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { ServiceName } from "#model/sdk.ts";
import { createServiceModel } from "#model/service-model.ts";
import { botocoreName } from "./new-service/botocore-name.ts";
import { chooseOperation } from "./new-service/choose-operation.ts";
import { entries, type Entry } from "./new-service/entries.ts";
import { readFacts } from "./new-service/read-facts.ts";
import { renderFolder } from "./new-service/template.ts";

const usage =
  "usage: npm run new-service -- NAME [OPERATION] [--package @aws-sdk/client-…] [--botocore DIR]";
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { package: { type: "string" }, botocore: { type: "string" } },
});
const [name, wanted] = positionals;
if (name === undefined || !/^[a-z][a-z0-9]*$/.test(name)) fail(usage);
if (existsSync(`src/services/${name}`)) fail(`src/services/${name} is there already`);

const packageName = values.package ?? `@aws-sdk/client-${name}`;
const packageFolder = resolve("node_modules", packageName);
if (!existsSync(packageFolder)) run("npm", "install", "--save-dev", "--save-exact", packageName);
const main = pathToFileURL(resolve(packageFolder, "dist-cjs/index.js")).href;
const client = (await import(main)) as Record<string, unknown>;
const model = createServiceModel(name as ServiceName, client);
const facts = readFacts(packageFolder, packageName);
const operation = chooseOperation(model, wanted);
if (!operation) fail("name an operation that lists something and demands nothing");

for (const [path, text] of Object.entries(renderFolder({ name, facts, operation })))
  write(`src/services/${name}/${path}`, text);
for (const entry of entries({ name, packageName, facts })) enter(entry);
const botocore = values.botocore ?? findBotocore(name);
// Without it an empty file stands in, and `npm run check` says so until they are extracted.
const none = '{ "source": "nowhere yet", "operations": {}, "structures": {}, "enums": {} }\n';
if (botocore) run("node", "tools/extract-constraints.ts", "--botocore", botocore);
else write(`src/model/constraints/generated/${name}.json`, none);
run("oxfmt", "src/model", "src/cloud/registry.ts", `src/services/${name}`, "oxlint.config.ts");
run("node", "tools/bundle-schemas.ts");
run("node", "tools/generate.ts");

const next = [
  `src/services/${name} answers ${operation.name}. What is yours to do:`,
  `- look at its entry in src/model/facts.ts: hosts, error prefixes and namespaces are guesses`,
  ...(botocore ? [] : ["- run tools/extract-constraints.ts where botocore is installed"]),
  ...operation.otherMembers.map((member) => `- honour or refuse ${operation.name}'s ${member}`),
  `- write the operation that makes ${operation.items} (CONTRIBUTING.md), and npm run check`,
];
process.stdout.write(`${next.join("\n")}\n`);

function enter({ path, block, key, line }: Entry): void {
  const text = readFileSync(path, "utf8");
  const start = text.indexOf(block);
  if (start < 0) fail(`${path} has no "${block}" to enter ${name} into`);
  const lines = text.slice(start).split("\n");
  const end = lines.findIndex((one) => /^[}\]]/.test(one));
  const keyOf = (one: string) => /^ {2}"?([a-z][a-z0-9]*)"?(?=[:",])/.exec(one)?.[1];
  let place = lines.findIndex((one, index) => index < end && (keyOf(one) ?? "") > key);
  if (place < 0) place = end;
  // An entry's comment stays with it.
  while (/^ {2}\/\//.test(lines[place - 1]!)) place--;
  writeFileSync(path, text.slice(0, start) + lines.toSpliced(place, 0, line).join("\n"));
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function run(program: string, ...args: string[]): void {
  const path = `node_modules/.bin:${process.env["PATH"]}`;
  const env = { ...process.env, PATH: path };
  const { status } = spawnSync(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) fail(`${program} ${args.join(" ")} failed`);
}

/** Python's botocore, if there is one that knows the service. */
function findBotocore(service: string): string | undefined {
  const program = "import botocore, os; print(os.path.dirname(botocore.__file__))";
  const { status, stdout } = spawnSync("python3", ["-c", program], { encoding: "utf8" });
  const folder = stdout.trim();
  return status === 0 && existsSync(`${folder}/data/${botocoreName(service)}`) ? folder : undefined;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
