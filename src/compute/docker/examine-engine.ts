/** Whether `--compute auto` takes a container engine, and why not. Makes nothing in it. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Wall } from "#runtime/clock.ts";
import { findEngine } from "./engine/find-engine.ts";
import { inspectImage, usualBase } from "./images.ts";
import { whyNoPacketFilter } from "./packet-filter/packet-guard.ts";
import { isOurs } from "./networks.ts";

export interface EngineFacts {
  /** Where an engine answers, or why none does. */
  text: string;
  answers: boolean;
  /** Machines in its networks can be reached from here. */
  reachable: boolean;
  /** It has the image that machines start from whose own it has not. */
  base: boolean;
  /** The data directory has machines of the process driver, which would be left alone. */
  processMachines: boolean;
  /** Why packets between its machines are not filtered; undefined when they are. */
  unfiltered?: string | undefined;
}

/**
 * A socket that is not there costs nothing, an engine two requests; nothing waits longer than 2 s of
 * wall time.
 */
export async function examineEngine(dataDir: string | undefined, wall: Wall): Promise<EngineFacts> {
  const { engine, text } = await findEngine(wall);
  const facts: EngineFacts = {
    text,
    answers: engine !== undefined,
    reachable: false,
    base: false,
    processMachines: dataDir !== undefined && (await hasMachines(dataDir)),
    unfiltered: whyNoPacketFilter(),
  };
  if (!engine) return facts;
  // Every engine has this network, and where its bridge is, the others are.
  const bridge = await engine
    .json<{ IPAM: { Config?: { Gateway?: string }[] } }>("GET", "/networks/bridge")
    .catch(() => undefined);
  const gateway = bridge?.IPAM.Config?.find((config) => config.Gateway)?.Gateway;
  return {
    ...facts,
    reachable: gateway === undefined ? process.platform === "linux" : await isOurs(gateway),
    base: (await inspectImage(engine, usualBase)) !== undefined,
  };
}

export function isChosen({ answers, reachable, base, processMachines }: EngineFacts): boolean {
  return answers && reachable && base && !processMachines;
}

async function hasMachines(dataDir: string): Promise<boolean> {
  try {
    return (await readdir(join(dataDir, "machines"))).length > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
