/**
 * House rules that no linter knows, as data. Each names what to use instead. `test/laws.test.ts`
 * holds the tree against them, and holds each rule against a planted violation.
 */

export interface Law {
  name: string;
  /** Which files it judges, by path from the project's root. */
  covers: (path: string) => boolean;
  /** What is wrong with a file, as "line: sentence"; empty when nothing is. */
  judge: (text: string, path: string) => string[];
  /** A file that breaks the law. */
  planted: { path: string; text: string };
}

const source = (path: string) => path.startsWith("src/") && path.endsWith(".ts");
const isTest = (path: string) => /\.(test|suite)\.ts$|\/testing\//.test(path);
const product = (path: string) => source(path) && !isTest(path) && !path.includes("/generated/");

export const laws: readonly Law[] = [
  {
    name: "time comes from the clock",
    covers: (path) => product(path) && !path.startsWith("src/runtime/"),
    judge: matching(
      /\bnew Date\(|\bDate\(\)|\bprocess\.hrtime|\bnode:timers/,
      "use clock.now(), dateOf(ms) from runtime/date.ts, or clock.wall",
    ),
    planted: { path: "src/services/x/y.ts", text: "const now = new Date();\n" },
  },
  {
    name: "randomness comes from the cloud",
    covers: (path) => product(path) && !path.startsWith("src/runtime/"),
    judge: matching(
      /\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/,
      "use context.random, so that a seed makes a run repeatable",
    ),
    planted: {
      path: "src/services/x/y.ts",
      text: 'import { randomUUID } from "node:crypto";\n',
    },
  },
  {
    name: "no mutable state at module level",
    covers: product,
    judge: matching(
      /^(let|var) |^(export )?const \w+(: [^=]+)? = (\[\]|\{\}|new Map\(\)|new Set\(\)|new WeakMap\(\));?$/,
      "a cloud is a value: keep state in what createState returns",
    ),
    planted: { path: "src/services/x/y.ts", text: "const seen = new Map();\n" },
  },
  {
    name: "files stay small",
    covers: (path) => source(path) && !path.includes("/generated/"),
    judge: (text) => {
      const lines = text.split("\n").length - 1;
      return lines > 400 ? [`1: ${lines} lines; which of them are really several things?`] : [];
    },
    planted: { path: "src/services/x/y.ts", text: "\n".repeat(401) },
  },
  {
    name: "files are named after what they hold",
    covers: source,
    judge: (_text, path) =>
      /(^|\/)(utils?|helpers?|common|manager|base|misc)(\.|\/)/.test(path)
        ? ["1: name the file after its main export"]
        : [],
    planted: { path: "src/services/x/utils.ts", text: "" },
  },
  {
    name: "nothing is left for later in the code",
    covers: product,
    judge: matching(
      /\b(TODO|FIXME|XXX|HACK)\b/,
      "do it, or answer a clear error and list it in the service's differences",
    ),
    planted: { path: "src/services/x/y.ts", text: "// TODO: check the name\n" },
  },
  {
    name: "no error is swallowed",
    covers: product,
    judge: matching(
      /catch \{\s*\}|catch\(\(\) => \{\}\)|catch \(\w+\) \{\s*\}/,
      "handle it, log it, or let it pass",
    ),
    planted: { path: "src/services/x/y.ts", text: "work().catch(() => {});\n" },
  },
];

function matching(pattern: RegExp, instead: string): Law["judge"] {
  return (text) =>
    text
      .split("\n")
      .flatMap((line, index) =>
        pattern.test(line) && !/^\s*(\/\/|\*|\/\*\*)/.test(line.replace(/\/\/ TODO.*/, "TODO"))
          ? [`${index + 1}: ${line.trim()} — ${instead}`]
          : [],
      );
}
