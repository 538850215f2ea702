/**
 * Files that find what lies beside them through import.meta: threads to start, folders to read.
 * In the package these lie elsewhere, and what this file does not understand must not be shipped.
 */
import { dirname, join, relative } from "node:path/posix";

export interface Source {
  /** From the project's root: "src/compute/process/process-driver.ts". */
  path: string;
  text: string;
}

export interface Companions {
  /** Modules that run in threads of their own. */
  threads: string[];
  /** Folders of plain files. */
  folders: string[];
}

const thread = /new URL\("(\.\/[\w-]+)\.ts", import\.meta\.url\)/g;
const folder = /join\(import\.meta\.dirname, "([\w-]+)"/g;
/** Knows of the package by itself. */
const informed = "src/model/load-model.ts";

/** Throws for a file that uses import.meta in another way. */
export function findCompanions(sources: readonly Source[]): Companions {
  const found: Companions = { threads: [], folders: [] };
  for (const { path, text } of sources) {
    if (path === informed) continue;
    const threads = [...text.matchAll(thread)].map(([, name]) => join(dirname(path), `${name}.ts`));
    const folders = [...text.matchAll(folder)].map(([, name = ""]) => join(dirname(path), name));
    if (text.split("import.meta").length - 1 !== threads.length + folders.length)
      throw new Error(
        `${path} uses import.meta in a way that does not work from the package: write new URL("./thread.ts", import.meta.url) for a thread, join(import.meta.dirname, "folder") for files`,
      );
    found.threads.push(...threads);
    found.folders.push(...folders);
  }
  return found;
}

/** The source as it has to read where chunks lie in lib/, threads beside them, folders in files/. */
export function placeInPackage({ path, text }: Source): string {
  if (path === informed) return text;
  const home = join("..", "files", relative("src", dirname(path)));
  return text
    .replaceAll(thread, (_all, name: string) => `new URL("${name}.js", import.meta.url)`)
    .replaceAll(folder, (_all, name: string) => `join(import.meta.dirname, "${home}", "${name}"`);
}
