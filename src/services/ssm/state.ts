/** Memory that may be lost. */
import type { LiveSession } from "./sessions/live-session.ts";
import type { PublicParameter } from "./public-parameters.ts";

export interface State {
  /** AWS's public parameters by region, made at the first use. */
  readonly publicParameters: Map<string, ReadonlyMap<string, PublicParameter>>;
  /** Commands that run right now: "command/instance" to what ends them. */
  readonly running: Map<string, AbortController>;
  /** Sessions under way, by id. */
  readonly sessions: Map<string, LiveSession>;
}

export function createState(): State {
  return { publicParameters: new Map(), running: new Map(), sessions: new Map() };
}
