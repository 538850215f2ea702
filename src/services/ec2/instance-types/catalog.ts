/**
 * What AWS says of every instance type. Import it when first needed (`await import`): reading the
 * table takes some milliseconds.
 */
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import { instanceTypes } from "./generated/instance-types.ts";

interface Table {
  /** Paths of members, such as "VCpuInfo.DefaultVCpus". */
  columns: string[];
  /** The distinct values of each column. */
  values: unknown[][];
  /** By type: per column the number of its value in base 36, empty for none. */
  rows: Record<string, string>;
}

const table = JSON.parse(instanceTypes) as Table;

/** All names, in order of name. */
export const instanceTypeNames: readonly string[] = Object.keys(table.rows);

export function instanceTypeNamed(name: string): InstanceTypeInfo | undefined {
  if (!Object.hasOwn(table.rows, name)) return undefined;
  const info: Record<string, unknown> = { InstanceType: name };
  table.rows[name]!.split(",").forEach((cell, column) => {
    if (cell === "") return;
    const value = table.values[column]![Number.parseInt(cell, 36)];
    put(info, table.columns[column]!.split("."), value);
  });
  return info;
}

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) target[first] = value;
  else put((target[first] ??= {}) as Record<string, unknown>, rest, value);
}

/** Every value at the path, through lists and structures: "InstanceStorageInfo.Disks.Type". */
export function valuesAt(info: unknown, path: readonly string[]): (string | number | boolean)[] {
  if (info === undefined || info === null) return [];
  if (Array.isArray(info)) return info.flatMap((item: unknown) => valuesAt(item, path));
  const [first, ...rest] = path;
  if (first === undefined) return [info as string];
  return valuesAt((info as Record<string, unknown>)[first], rest);
}
