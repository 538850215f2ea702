/** Whose something in an engine is, and the removal of what nobody owns any more. */
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { createSystemRandom } from "#runtime/random.ts";
import { isGone, ownerOf, type Owner } from "../process/passing-directory.ts";
import { ignoreMissing } from "./images.ts";
import { isConflict, type Engine } from "./engine/engine.ts";
import { labelFilter, labels } from "./labels.ts";

export interface Ownership {
  cloud: string;
  /** Labels of all that this cloud makes. */
  own: Record<string, string>;
}

/** A data directory's cloud is the same one at every start; one without is never the same. */
export function ownershipOf(dataDir: string | undefined): Ownership {
  if (dataDir === undefined) {
    // Never with the cloud's own random: two clouds of one seed must not share their machines.
    const cloud = createSystemRandom().hex(12);
    return {
      cloud,
      own: { [labels.cloud]: cloud, [labels.owner]: JSON.stringify(ownerOf(process.pid)) },
    };
  }
  const cloud = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 12);
  return { cloud, own: { [labels.cloud]: cloud } };
}

/** Removes what clouds left that kept nothing and whose process is gone; gives how many machines. */
export async function sweepEnded(engine: Engine): Promise<number> {
  const ended = new Set<string>();
  const filters = labelFilter(labels.owner);
  const isEnded = (found: Record<string, string> | null | undefined) => {
    const { [labels.cloud]: cloud, [labels.owner]: owner } = found ?? {};
    if (cloud === undefined || owner === undefined) return false;
    if (isGone(JSON.parse(owner) as Owner)) ended.add(cloud);
    return ended.has(cloud);
  };
  const query = { filters, all: true };
  const containers = await engine.json<{ Id: string; Labels: Record<string, string> }[]>(
    "GET",
    "/containers/json",
    { query },
  );
  const left = containers.filter(({ Labels }) => isEnded(Labels));
  for (const { Id } of left)
    await engine
      .call("DELETE", `/containers/${Id}`, { query: { force: true } })
      .catch(ignoreMissing);
  const { Volumes } = await engine.json<{
    Volumes: { Name: string; Labels: Record<string, string> | null }[] | null;
  }>("GET", "/volumes", { query: { filters } });
  for (const { Name, Labels } of Volumes ?? [])
    if (isEnded(Labels)) await engine.call("DELETE", `/volumes/${Name}`).catch(ignoreMissing);
  const networks = await engine.json<{ Id: string; Labels: Record<string, string> }[]>(
    "GET",
    "/networks",
    { query: { filters } },
  );
  for (const { Id, Labels } of networks)
    if (isEnded(Labels)) await engine.call("DELETE", `/networks/${Id}`).catch(ignoreMissing);
  const images = await engine.json<{ Id: string; Labels: Record<string, string> | null }[]>(
    "GET",
    "/images/json",
    { query: { filters } },
  );
  for (const { Id, Labels } of images)
    if (isEnded(Labels))
      await engine
        .call("DELETE", `/images/${Id}`, { query: { force: true } })
        .catch((error: unknown) => {
          // Another one stands on it; the next sweep finds it alone.
          if (!isConflict(error)) ignoreMissing(error);
        });
  return left.length;
}
