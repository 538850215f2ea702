/** Where this host keeps its trees of control groups, and which of them Fogbank may use. */
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";

export type ControllerName = "cpu" | "memory";

/** A tree of control groups with one controller's files, below which machines' groups may be made. */
export interface Hierarchy {
  version: 1 | 2;
  directory: string;
}

export interface Hierarchies {
  /** The one tree of version 2; on older hosts it may be there without any controller. */
  unified: string | undefined;
  cpu: Hierarchy | undefined;
  memory: Hierarchy | undefined;
}

/**
 * Reads /proc/self/mountinfo and /proc/self/cgroup (proc(5), cgroups(7)). Groups of version 1 are
 * made below Fogbank's own, so that what limits Fogbank limits its machines, too; version 2 does not
 * let processes and groups with controllers share a parent, so there they stand at the top.
 */
export function findHierarchies(
  mountinfo: string,
  ownGroups: string,
  controllersOfUnified: string,
): Hierarchies {
  const found: Hierarchies = { unified: undefined, cpu: undefined, memory: undefined };
  for (const line of mountinfo.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , mountRoot, mountPoint] = before.split(" ");
    const [type, , options = ""] = after.split(" ");
    if (mountRoot === undefined || mountPoint === undefined) continue;
    if (type === "cgroup2") found.unified ??= mountPoint;
    if (type === "cgroup")
      for (const name of ["cpu", "memory"] as const)
        if (options.split(",").includes(name))
          found[name] ??= { version: 1, directory: below(mountRoot, mountPoint, name, ownGroups) };
  }
  const unified = controllersOfUnified.trim().split(/\s+/);
  for (const name of ["cpu", "memory"] as const)
    if (found.unified !== undefined && unified.includes(name))
      found[name] = { version: 2, directory: found.unified };
  return found;
}

export async function readHierarchies(): Promise<Hierarchies> {
  const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
  const own = await readFile("/proc/self/cgroup", "utf8");
  const { unified } = findHierarchies(mountinfo, own, "");
  const controllers =
    unified === undefined
      ? ""
      : await readFile(join(unified, "cgroup.controllers"), "utf8").catch(() => "");
  return findHierarchies(mountinfo, own, controllers);
}

function below(root: string, point: string, name: ControllerName, ownGroups: string): string {
  for (const line of ownGroups.split("\n")) {
    const [, names = "", ...path] = line.split(":");
    if (!names.split(",").includes(name)) continue;
    const inside = relative(root, path.join(":"));
    return inside.startsWith("..") ? point : join(point, inside);
  }
  return point;
}
