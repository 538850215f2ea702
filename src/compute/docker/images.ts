/** Which of the engine's images a machine starts from, and images made of machines. */
import type { MachineImage } from "../driver.ts";
import { isConflict, isMissing, type Engine } from "./engine/engine.ts";
import { labelFilter, labels } from "./labels.ts";

/** What machines start from whose own image the engine has not. */
export const usualBase = "fogbank/base";

interface InspectedImage {
  Id: string;
  Size: number;
  RepoTags?: string[] | null;
  Config: { Env?: string[] | null; Labels?: Record<string, string> | null };
}

export interface FoundImage {
  id: string;
  /** Variables that the image sets, PATH among them. */
  environment: Record<string, string>;
  /** Said on the machine's console where the machine is not quite what was asked for. */
  remark?: string;
}

export interface Images {
  /** Rejects with what to do when there is nothing to start from. */
  find(image: MachineImage): Promise<FoundImage>;
  commit(container: string, imageId: string): Promise<{ sizeBytes: number }>;
  remove(imageId: string): Promise<void>;
  /** Deletes an image of this cloud that has lost its name and its last machine. */
  sweep(id: string): Promise<void>;
}

export function createImages(
  engine: Engine,
  { cloud, base, own }: { cloud: string; base: string; own: Record<string, string> },
): Images {
  const nameOf = (imageId: string) =>
    `fogbank-${cloud}:${imageId.replaceAll(/[^\w.-]/g, "_").slice(0, 128)}`;
  const inspect = (name: string) => inspectImage(engine, name);
  const labelled = async (imageId: string) => {
    const found = await engine.json<{ Id: string }[]>("GET", "/images/json", {
      query: { filters: labelFilter(`${labels.ami}=${imageId}`) },
    });
    return found[0] && inspect(found[0].Id);
  };
  return {
    async find({ id, reference, required = false }) {
      const exact =
        (await inspect(nameOf(id))) ??
        (await labelled(id)) ??
        (reference === undefined ? undefined : await inspect(reference));
      if (exact) return found(exact);
      const wanted = reference ?? id;
      if (required) throw new Error(`the engine has no image ${wanted} for ${id}`);
      const fallback = await inspect(base);
      const how = `docker pull ${reference ?? "debian:12"}${reference === undefined ? ` && docker tag debian:12 ${base}` : ""}`;
      if (!fallback)
        throw new Error(
          `the engine has no image ${wanted} for ${id}, and no ${base} to start from instead: ${how}`,
        );
      return {
        ...found(fallback),
        ...(reference !== undefined && {
          remark: `the engine has no image ${wanted} for ${id}; this machine starts from ${base} instead (docker pull ${reference})`,
        }),
      };
    },
    async commit(container, imageId) {
      const name = nameOf(imageId);
      const [repo, tag] = name.split(":");
      await engine.call("POST", "/commit", {
        query: { container, repo, tag, pause: true },
        body: { Labels: own },
      });
      return { sizeBytes: (await inspect(name))!.Size };
    },
    async remove(imageId) {
      await engine
        .call("DELETE", `/images/${nameOf(imageId)}`, { query: { force: true } })
        .catch(ignoreMissing);
    },
    async sweep(id) {
      const image = await inspect(id);
      if (!image || (image.RepoTags ?? []).length > 0) return;
      if (image.Config.Labels?.[labels.cloud] !== cloud) return;
      await engine.call("DELETE", `/images/${id}`).catch((error: unknown) => {
        // Another machine, or an image made of one, still stands on it.
        if (!isConflict(error)) ignoreMissing(error);
      });
    },
  };
}

export async function inspectImage(
  engine: Engine,
  name: string,
): Promise<InspectedImage | undefined> {
  try {
    return await engine.json<InspectedImage>("GET", `/images/${name}/json`);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function found({ Id, Config }: InspectedImage): FoundImage {
  const environment: Record<string, string> = {};
  for (const line of Config.Env ?? []) {
    const at = line.indexOf("=");
    environment[line.slice(0, at)] = line.slice(at + 1);
  }
  return { id: Id, environment };
}

export function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
