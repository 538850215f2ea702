/** Types for users of the library: those that its entry mentions, and no others. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

export interface DeclarationOptions {
  root: string;
  /** A module, from the root. */
  entry: string;
  out: string;
}

const reference = /(?<=(?:from|import\()\s*")([#.][^"]+)\.ts(?=")/g;

/** Writes OUT/cloud/index.d.ts for src/cloud/index.ts, and what it refers to. */
export function writeDeclarations({ root, entry, out }: DeclarationOptions): void {
  const whole = mkdtempSync(join(tmpdir(), "fogbank-types-"));
  try {
    emit(root, entry, whole);
    copy(whole, entry.replace(/^src\//, "").replace(/\.ts$/, ""), out, new Set());
  } finally {
    rmSync(whole, { recursive: true });
  }
}

function emit(root: string, entry: string, whole: string): void {
  const project = join(root, `tsconfig.types-${process.pid}.json`);
  const compilerOptions = {
    rootDir: "src",
    outDir: whole,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    incremental: false,
  };
  writeFileSync(
    project,
    JSON.stringify({ extends: "./tsconfig.json", compilerOptions, include: [], files: [entry] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", project], {
    cwd: root,
    encoding: "utf8",
  });
  rmSync(project);
  if (status !== 0) throw new Error(`the types cannot be written:\n${stdout}`);
}

/** Copies one module's declarations and those it names; "#store/store.ts" becomes "../store/store.js". */
function copy(whole: string, module: string, out: string, done: Set<string>): void {
  if (done.has(module)) return;
  done.add(module);
  const mentioned: string[] = [];
  const text = readFileSync(join(whole, `${module}.d.ts`), "utf8").replaceAll(
    reference,
    (path: string) => {
      const bare = path.replace(/\.ts$/, "");
      const target = bare.startsWith("#") ? bare.slice(1) : join(dirname(module), bare);
      mentioned.push(target);
      const from = relative(dirname(module), target);
      return `${from.startsWith(".") ? "" : "./"}${from}.js`;
    },
  );
  mkdirSync(dirname(join(out, module)), { recursive: true });
  writeFileSync(join(out, `${module}.d.ts`), text);
  for (const next of mentioned) copy(whole, next, out, done);
}
