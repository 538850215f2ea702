/**
 * Whether the files that were extracted from AWS's published models still go with the code and the
 * SDK: cheap questions whose answers a forgotten extraction changes. Their sources are not at hand
 * in a clone, so they cannot simply be made again and compared.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceConstraints } from "../src/model/constraints/facts.ts";
import { serviceNames } from "../src/model/facts.ts";
import { listOperations } from "../src/model/load-model.ts";
import {
  instanceTypeNamed,
  instanceTypeNames,
} from "../src/services/ec2/instance-types/catalog.ts";
import { resourceTypes } from "../src/services/cloudformation/resource-types/registry.ts";

const root = join(import.meta.dirname, "..");
/** CDK's own mark on its templates: no service's type, so AWS publishes no schema of it. */
const withoutSchema = [
  "AWS::CDK::Metadata",
  // Older types, of which CloudFormation publishes none; they bring their own.
  "AWS::CloudFormation::CustomResource",
  "AWS::EC2::VPNGatewayRoutePropagation",
  "AWS::Route53::RecordSetGroup",
  "AWS::ServiceDiscovery::HttpNamespace",
  "AWS::ServiceDiscovery::Instance",
  "AWS::ServiceDiscovery::PrivateDnsNamespace",
  "AWS::ServiceDiscovery::PublicDnsNamespace",
];
const constraintsFolder = "src/model/constraints/generated";
const schemasFolder = "src/services/cloudformation/generated";

/** Sentences about what is wrong; none when nothing is. */
export async function judgeGeneratedData(): Promise<string[]> {
  const constraints = new Map<string, ServiceConstraints>();
  const operations = new Map<string, readonly string[]>();
  for (const service of serviceNames) {
    operations.set(service, await listOperations(service));
    const read = readJson(`${constraintsFolder}/${service}.json`);
    if (read) constraints.set(service, read as ServiceConstraints);
  }
  const schemas = globSync(`${schemasFolder}/*.json`, { cwd: root }).flatMap((path) =>
    Object.keys(readJson(path) as object),
  );
  const instanceTypes = instanceTypeNames.map((name) => ({
    name,
    cpus: instanceTypeNamed(name)?.VCpuInfo?.DefaultVCpus ?? 0,
    mebibytes: instanceTypeNamed(name)?.MemoryInfo?.SizeInMiB ?? 0,
  }));
  return [
    ...judgeConstraints(constraints, operations),
    ...judgeResourceSchemas(
      schemas,
      Object.keys(resourceTypes).filter((type) => !withoutSchema.includes(type)),
    ),
    ...judgeInstanceTypes(instanceTypes),
  ];
}

/** Every service has constraints, of one release of botocore, for operations that the SDK has, too. */
export function judgeConstraints(
  constraints: ReadonlyMap<string, Pick<ServiceConstraints, "source" | "operations">>,
  operations: ReadonlyMap<string, readonly string[]>,
): string[] {
  const wrong: string[] = [];
  const releases = new Set<string>();
  for (const [service, known] of operations) {
    const own = constraints.get(service);
    if (!own) {
      wrong.push(`${service} has no constraints`);
      continue;
    }
    releases.add(own.source.split(",")[0]!);
    for (const operation of Object.keys(own.operations))
      if (!known.includes(operation))
        wrong.push(`the constraints of ${service} name ${operation}, which the SDK does not know`);
  }
  if (releases.size > 1)
    wrong.push(`the constraints come from several releases: ${[...releases].join(", ")}`);
  return wrong.map((sentence) => `${sentence}; run tools/extract-constraints.ts`);
}

/** CloudFormation has the schema of each type that it offers, and of no other. */
export function judgeResourceSchemas(
  schemas: readonly string[],
  offered: readonly string[],
): string[] {
  return [
    ...offered.filter((type) => !schemas.includes(type)).map((type) => `${type} has no schema`),
    ...schemas
      .filter((type) => !offered.includes(type))
      .map((type) => `the schema of ${type} is there, but nobody offers the type`),
  ].map((sentence) => `${sentence}; run tools/extract-resource-schemas.ts`);
}

/** Instance types have processors and memory, and those that templates and tests name are there. */
export function judgeInstanceTypes(
  types: readonly { name: string; cpus: number; mebibytes: number }[],
): string[] {
  const usual = ["t3.micro", "t3.small", "t4g.micro", "m7i.large", "m7g.large", "c7i.large"];
  return [
    ...usual
      .filter((name) => !types.some((type) => type.name === name))
      .map((name) => `there is no instance type ${name}`),
    ...types
      .filter(({ cpus, mebibytes }) => !(cpus > 0 && mebibytes > 0))
      .map(({ name }) => `the instance type ${name} has no processors or no memory`),
  ].map((sentence) => `${sentence}; run tools/extract-instance-types.ts`);
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(join(root, path), "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
