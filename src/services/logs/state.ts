/** What Logs may lose: what came in since the last minute. */
import { createMinuteCounters, type MinuteCounters } from "#services/kit/minute-counters.ts";
import type { Sampler } from "#services/kit/period-sampler.ts";

export interface LogsState {
  readonly counters: MinuteCounters;
  /** Set while the service runs. */
  sensors?: Sampler;
}

export function createLogsState(): LogsState {
  return { counters: createMinuteCounters() };
}
