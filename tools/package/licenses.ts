/** The licences of what is bundled, which ask to be passed on with it. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  name: string;
  version: string;
  license?: string;
}

/** The AWS SDK's clients, from which the schemas are cut, name no file of the bundle. */
const always = ["node_modules/@aws-sdk/client-sqs"];

/** @param inputs paths of the bundled files, from the root */
export function renderLicenses(root: string, inputs: readonly string[]): string {
  const packages = new Set(always);
  for (const input of inputs) {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input) ?? [];
    if (folder) packages.add(folder);
  }
  const sections = [...packages].toSorted().map((folder) => {
    const manifest = JSON.parse(
      readFileSync(join(root, folder, "package.json"), "utf8"),
    ) as Manifest;
    const [file] = globSync("{LICENSE,LICENCE,license}*", { cwd: join(root, folder) });
    const text = file
      ? readFileSync(join(root, folder, file), "utf8").trim()
      : `Licence: ${manifest.license}`;
    return { title: `${manifest.name} ${manifest.version}`, text };
  });
  const byText = Map.groupBy(sections, ({ text }) => text);
  return [...byText]
    .map(([text, same]) => `${same.map(({ title }) => title).join("\n")}\n\n${text}\n`)
    .join(`\n${"-".repeat(80)}\n\n`);
}
