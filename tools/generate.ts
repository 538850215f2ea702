/**
 * Writes the generated pages. With --check nothing is written: it fails when a page is not what
 * would be written, or when extracted data does not go with the code any more.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { renderCoverage } from "./coverage.ts";
import { judgeGeneratedData } from "./generated-data.ts";

const pages: Record<string, () => Promise<string>> = {
  "COVERAGE.md": renderCoverage,
};

const checking = process.argv.includes("--check");
const wrong: string[] = [];
for (const [path, render] of Object.entries(pages)) {
  const text = await render();
  if (!checking) writeFileSync(path, text);
  else if (read(path) !== text) wrong.push(`${path} is not up to date; run npm run generate`);
}
if (checking) wrong.push(...(await judgeGeneratedData()));
for (const sentence of wrong) process.stderr.write(`${sentence}\n`);
if (wrong.length > 0) process.exitCode = 1;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
