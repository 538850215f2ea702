/** Memory that may be lost. */
import type { PublicParameter } from "./public-parameters.ts";

export interface State {
  /** AWS's public parameters by region, made at the first use. */
  readonly publicParameters: Map<string, ReadonlyMap<string, PublicParameter>>;
  /** Commands that run right now: "command/instance" to what ends them. */
  readonly running: Map<string, AbortController>;
}

export function createState(): State {
  return { publicParameters: new Map(), running: new Map() };
}
