/**
 * Writes the compact table of EC2 instance types from recorded DescribeInstanceTypes answers, such
 * as the public copy in moto (Apache-2.0), moto/ec2/resources/instance_types.json.gz:
 *
 *     node tools/extract-instance-types.ts PATH/instance_types.json.gz
 *
 * Each member of the answers, those of structures within included, is a column; equal values are kept
 * once and rows name them by number.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Macs are hosts of macOS, which no machine here runs. */
const leftOut = /^mac/;

const [path] = process.argv.slice(2);
if (!path) throw new Error("give the path of instance_types.json.gz");
const recorded = JSON.parse(gunzipSync(readFileSync(path)).toString()) as Record<
  string,
  Record<string, unknown>
>;

/** {"VCpuInfo": {"DefaultVCpus": 2}} → {"VCpuInfo.DefaultVCpus": 2}; lists stay whole. */
function flatten(value: Record<string, unknown>, path = ""): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.entries(flatten(member as Record<string, unknown>, `${path}${name}.`))
        : [[`${path}${name}`, member] as const],
    ),
  );
}

const names = Object.keys(recorded)
  .filter((name) => !leftOut.test(name))
  .sort();
const flat = Object.fromEntries(names.map((name) => [name, flatten(recorded[name]!)]));
const columns = [...new Set(names.flatMap((name) => Object.keys(flat[name]!)))]
  .filter((column) => column !== "InstanceType")
  .sort();
const values = columns.map(() => new Map<string, number>());
/** A row is one string of numbers in base 36; empty where a type has no such member. */
const rows = Object.fromEntries(
  names.map((name) => [
    name,
    columns
      .map((column, index) => {
        const value = flat[name]![column];
        if (value === undefined) return "";
        const text = JSON.stringify(value);
        const seen = values[index]!;
        if (!seen.has(text)) seen.set(text, seen.size);
        return seen.get(text)!.toString(36);
      })
      .join(","),
  ]),
);
const table = {
  columns,
  values: values.map((seen) => [...seen.keys()].map((text) => JSON.parse(text) as unknown)),
  rows,
};

const text = JSON.stringify(table);
if (text.includes("`") || text.includes("\\") || text.includes("${"))
  throw new Error("the table needs escaping");
const target = new URL(
  "../src/services/ec2/instance-types/generated/instance-types.ts",
  import.meta.url,
);
writeFileSync(
  target,
  `/** Written by tools/extract-instance-types.ts; do not edit. */\nexport const instanceTypes = \`${text}\`;\n`,
);
process.stdout.write(`${names.length} instance types, ${text.length} bytes\n`);
