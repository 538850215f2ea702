/** Renders COVERAGE.md: for every operation of every service, what a user may expect. */
import { listOperations } from "../src/model/load-model.ts";
import type { ServiceName } from "../src/model/sdk.ts";
import { registry } from "../src/cloud/registry.ts";

interface Coverage {
  name: ServiceName;
  implemented: string[];
  partial: Map<string, string[]>;
  missing: string[];
  general: string[];
}

export async function renderCoverage(): Promise<string> {
  const all: Coverage[] = [];
  for (const name of Object.keys(registry) as ServiceName[]) all.push(await coverageOf(name));
  const rows = all.map(({ name, implemented, partial, missing }) => {
    const total = implemented.length + partial.size + missing.length;
    return `| [${name}](#${name}) | ${implemented.length} | ${partial.size} | ${missing.length} | ${total} |`;
  });
  return [
    "# Coverage",
    "",
    "What Fogbank does of the AWS API, from the code itself (`npm run generate` writes this page).",
    "An operation is *implemented*, *partial* (what differs is said below), or *missing*: then it",
    "answers 501 `NotImplemented`, naming the service and the operation. Nothing pretends.",
    "",
    "| service | implemented | partial | missing | operations of AWS |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...rows,
    "",
    ...all.flatMap(section),
  ].join("\n");
}

async function coverageOf(name: ServiceName): Promise<Coverage> {
  const { service } = await registry[name]();
  const differences = service.differences ?? [];
  const coverage: Coverage = {
    name,
    implemented: [],
    partial: new Map(),
    missing: [],
    general: differences.filter(({ operation }) => operation === "*").map(({ differs }) => differs),
  };
  const offered = service.operations as Record<string, unknown>;
  const known = await listOperations(name);
  for (const operation of Object.keys(offered))
    if (!known.includes(operation)) throw new Error(`AWS has no ${name}:${operation}`);
  for (const operation of known) {
    const own = differences.filter((one) => one.operation === operation);
    if (!offered[operation]) coverage.missing.push(operation);
    else if (own.length > 0)
      coverage.partial.set(
        operation,
        own.map(({ differs }) => differs),
      );
    else coverage.implemented.push(operation);
  }
  for (const { operation } of differences)
    if (operation !== "*" && !known.includes(operation))
      throw new Error(
        `the differences of ${name} name an operation that AWS does not have: ${operation}`,
      );
  return coverage;
}

function section({ name, general, implemented, partial, missing }: Coverage): string[] {
  const lines = [`## ${name}`, ""];
  if (general.length > 0) lines.push(...general.map((differs) => `- ${differs}`), "");
  if (implemented.length > 0) lines.push(`**Implemented:** ${implemented.join(", ")}`, "");
  if (partial.size > 0) {
    lines.push("**Partial:**", "");
    for (const [operation, differs] of partial) lines.push(`- ${operation}: ${differs.join(" ")}`);
    lines.push("");
  }
  if (missing.length > 0)
    lines.push("<details><summary>Missing</summary>", "", missing.join(", "), "", "</details>", "");
  return lines;
}
