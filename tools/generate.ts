/**
 * Writes the generated pages. With --check nothing is written: it fails when a page is not what
 * would be written.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { renderCoverage } from "./coverage.ts";

const pages: Record<string, () => Promise<string>> = {
  "COVERAGE.md": renderCoverage,
};

const checking = process.argv.includes("--check");
for (const [path, render] of Object.entries(pages)) {
  const text = await render();
  if (!checking) writeFileSync(path, text);
  else if (read(path) !== text) {
    process.stderr.write(`${path} is not up to date; run npm run generate\n`);
    process.exitCode = 1;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
