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

/** Files that keep at module level what is worked out once and is the same for every cloud. */
const derived: Readonly<Record<string, string>> = {
  "src/model/load-model.ts": "models, read from files that do not change",
  "src/model/constraints/check-input.ts": "checks, compiled from such files",
  "src/wire/identify.ts": "tables of the services' names",
  "src/wire/aws-query.ts": "codecs, compiled from models",
  "src/wire/form/recent-forms.ts": "what was read in forms, from their bytes alone",
  "src/wire/sigv4/scope.ts": "what was read in headers, from their text alone",
  "src/wire/event-stream/encode.ts": "what was found in a shape",
  "src/wire/rest-json.ts": "codecs, compiled from models",
  "src/wire/rest-xml.ts": "codecs, compiled from models",
  "src/wire/rest/encode.ts": "codecs, compiled from models",
  "src/wire/xml/parse.ts": "the XML library, once it is loaded",
  "src/services/s3/checksums/crc.ts": "a checksum's table, made at its first use",
};

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
    covers: (path) => product(path) && !(path in derived),
    judge: matching(
      /^(let|var) |^(export )?const \w+(: (?!readonly|Readonly)[^=]+)? = (\[\]|\{\}|new (Weak)?(Map|Set)(<.*>)?\(\));?$/,
      "a cloud is a value: keep state in what createState returns; for facts that never change see `derived` in test/laws.ts",
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
    name: "no test depends on how fast the host is",
    covers: (path) => /\.(test|suite)\.ts$/.test(path),
    judge: matching(
      /\bfor \(let (tries|looks)\b|\b(performance|Date)\.now\(\) - \w+ <|\bnew Promise\(\(resolve\) => setTimeout\(resolve, \d+\)\);$/,
      "wait for the state with eventually() from runtime/testing/eventually.ts, or let time pass by a clock of the test's own",
    ),
    planted: {
      path: "src/services/x/y.test.ts",
      text: "for (let tries = 0; tries < 20 && !holds(); tries++) await pause(50);\n",
    },
  },
  {
    name: "no error is swallowed",
    covers: product,
    judge: matching(
      /catch \{\s*\}|catch\(\(\) => \{\}\)|catch \(\w+\) \{\s*\}/,
      "handle it, log it, let it pass, or say in the line above why nobody has to know",
      /^\s*\/\//,
    ),
    planted: { path: "src/services/x/y.ts", text: "work().catch(() => {});\n" },
  },
];

/** Lines that match, unless the line above is an excuse. */
function matching(pattern: RegExp, instead: string, excuse?: RegExp): Law["judge"] {
  return (text) => {
    const lines = text.split("\n");
    return lines.flatMap((line, index) => {
      const isComment = /^\s*(\/\/|\*|\/\*\*)/.test(line.replace(/\/\/ TODO.*/, "TODO"));
      const excused = excuse?.test(lines[index - 1] ?? "") ?? false;
      if (isComment || excused || !pattern.test(line)) return [];
      return [`${index + 1}: ${line.trim()} — ${instead}`];
    });
  };
}
