/** Which instances or volumes a target of an experiment means. */
import type { Random } from "#runtime/random.ts";
import type { InstanceRecord } from "../instances/records.ts";
import type { SubnetRecord } from "../network/records.ts";
import type { VolumeRecord } from "../volumes/records.ts";
import type { ReadTarget } from "./template.ts";

/**
 * FIS's filters are paths into what DescribeInstances tells; these are understood. Throws RangeError
 * for another, and when nothing is found.
 */
const paths: Readonly<Record<string, (instance: InstanceRecord) => string>> = {
  "State.Name": ({ state }) => state,
  "Placement.AvailabilityZone": ({ zone }) => zone,
  VpcId: ({ vpcId }) => vpcId,
  SubnetId: ({ subnetId }) => subnetId,
  InstanceType: ({ instanceType }) => instanceType,
};

export function selectInstances(
  name: string,
  target: ReadTarget,
  instances: readonly InstanceRecord[],
  random: Random,
): string[] {
  const ids = new Set(target.resourceArns.map((arn) => arn.split("/").at(-1)));
  const found = instances.filter(
    (instance) =>
      instance.state !== "terminated" &&
      (target.resourceType !== "aws:ec2:spot-instance" || instance.spotRequestId !== undefined) &&
      (ids.size === 0 || ids.has(instance.instanceId)) &&
      Object.entries(target.resourceTags).every(([key, value]) => instance.tags[key] === value) &&
      target.filters.every(({ path, values }) => {
        const read = paths[path];
        if (!read)
          throw new RangeError(
            `target ${name}: filters on ${path} are not supported; there are ${Object.keys(paths).join(", ")}`,
          );
        return values.includes(read(instance));
      }),
  );
  return choose(
    name,
    target,
    found.map(({ instanceId }) => instanceId),
    random,
  );
}

export function selectVolumes(
  name: string,
  target: ReadTarget,
  volumes: readonly VolumeRecord[],
  random: Random,
): string[] {
  if (target.filters.length > 0)
    throw new RangeError(`target ${name}: volumes are chosen by ARN or by tag, not by filters`);
  const ids = new Set(target.resourceArns.map((arn) => arn.split("/").at(-1)));
  const found = volumes.filter(
    ({ volumeId, tags }) =>
      (ids.size === 0 || ids.has(volumeId)) &&
      Object.entries(target.resourceTags).every(([key, value]) => tags[key] === value),
  );
  return choose(
    name,
    target,
    found.map(({ volumeId }) => volumeId),
    random,
  );
}

export function selectSubnets(
  name: string,
  target: ReadTarget,
  subnets: readonly SubnetRecord[],
  random: Random,
): string[] {
  if (target.filters.length > 0)
    throw new RangeError(
      `target ${name}: subnets are chosen by ARN, tag or parameters, not by filters`,
    );
  const ids = new Set(target.resourceArns.map((arn) => arn.split("/").at(-1)));
  const { availabilityZoneIdentifier: zone, vpc } = target.parameters;
  const found = subnets.filter(
    ({ subnetId, zoneName, zoneId, vpcId, tags }) =>
      (ids.size === 0 || ids.has(subnetId)) &&
      (zone === undefined || zone === zoneName || zone === zoneId) &&
      (vpc === undefined || vpc === vpcId || vpc.endsWith(`/${vpcId}`)) &&
      Object.entries(target.resourceTags).every(([key, value]) => tags[key] === value),
  );
  return choose(
    name,
    target,
    found.map(({ subnetId }) => subnetId),
    random,
  );
}

function choose(name: string, target: ReadTarget, found: string[], random: Random): string[] {
  if (found.length === 0) throw new RangeError(`Target resolution returned empty set: ${name}`);
  const wanted = countOf(target.selectionMode, found.length);
  const left = [...found];
  const chosen: string[] = [];
  while (chosen.length < wanted)
    chosen.push(...left.splice(Math.floor(random.next() * left.length), 1));
  return chosen.sort();
}

function countOf(selectionMode: string, available: number): number {
  const amount = Number(/\((\d+)\)/.exec(selectionMode)?.[1] ?? 0);
  if (selectionMode === "ALL") return available;
  if (selectionMode.startsWith("COUNT")) return Math.min(available, amount);
  // FIS rounds down, but one at the least.
  return Math.max(1, Math.floor((available * amount) / 100));
}
