/** Where services are listed, and what a new one's line reads there. */
import type { ServiceFacts } from "#model/facts.ts";

export interface Entry {
  path: string;
  /** The text with which the list begins. */
  block: string;
  /** Entries are kept in order of this. */
  key: string;
  line: string;
}

export interface Newcomer {
  name: string;
  packageName: string;
  facts: ServiceFacts;
}

export function entries({ name, packageName, facts }: Newcomer): Entry[] {
  const form = facts.protocols[0] === "query" ? "validationError" : "validationException";
  const places: [path: string, block: string, line: string][] = [
    ["src/model/sdk.ts", "export interface Sdk {", `${name}: typeof import("${packageName}");`],
    ["src/model/facts.ts", "export const serviceFacts", `${name}: ${JSON.stringify(facts)},`],
    ["src/model/constraints/policy.ts", "export const policies", `${name}: ${form},`],
    [
      "src/model/constraints/check-input.ts",
      "const files",
      `${name}: () => import("./generated/${name}.json", { with: { type: "json" } }),`,
    ],
    [
      "src/cloud/registry.ts",
      "export const registry",
      `${name}: () => import("#services/${name}/index.ts"),`,
    ],
    ["oxlint.config.ts", "const services = [", `"${name}",`],
  ];
  return places.map(([path, block, line]) => ({ path, block, key: name, line: `  ${line}` }));
}
