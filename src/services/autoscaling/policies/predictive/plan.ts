/** When forecasts are made and what they ask of a group. Pure. */
import { forecastHourly } from "#services/kit/scaling/forecast.ts";
import type { PolicyRecord } from "../../records.ts";
import type { ForecastHour, ForecastRecord } from "./records.ts";
import { hourMs, type History } from "./history.ts";

/** "Forecasts are updated every 6 hours", for the next 48. */
export const updateMs = 6 * hourMs;
const forecastHours = 48;
const keptMs = 30 * 24 * hourMs;

/** The hours of a forecast made now, behind those that have passed. Undefined for want of data. */
export function nextForecast(
  { load, perInstance }: History,
  past: readonly ForecastHour[],
  nowMs: number,
): ForecastHour[] | undefined {
  const expected = perInstance === undefined ? undefined : forecastHourly(load, forecastHours + 1);
  if (!expected) return undefined;
  const startMs = nowMs - (nowMs % hourMs);
  const hours = expected.map((value, hour) => ({
    ms: startMs + hour * hourMs,
    load: value,
    // Sums of floating numbers must not cost an instance.
    capacity: Math.ceil(value / perInstance! - 1e-9),
  }));
  return [...past.filter(({ ms }) => ms < startMs && ms >= nowMs - keptMs), ...hours];
}

/**
 * What the policies of a group predict for now; with it when that changes next. "The capacity is
 * increased in advance of the hour by the scheduling buffer time."
 */
export function predictedNow(
  policies: readonly { policy: PolicyRecord; forecast: ForecastRecord }[],
  nowMs: number,
): { predicted?: { capacity: number; max: number }; nextMs?: number } {
  let predicted: { capacity: number; max: number } | undefined;
  let nextMs: number | undefined;
  for (const { policy, forecast } of policies) {
    const { mode, bufferSeconds, breach, maxBufferPercent = 0 } = policy.predictive!;
    if (mode !== "ForecastAndScale" || !policy.enabled) continue;
    const bufferMs = bufferSeconds * 1000;
    for (const { ms, capacity } of forecast.hours) {
      const [fromMs, toMs] = [ms - bufferMs, ms + hourMs];
      for (const edge of [fromMs, toMs]) if (edge > nowMs) nextMs = Math.min(nextMs ?? edge, edge);
      if (nowMs < fromMs || nowMs >= toMs) continue;
      const max =
        breach === "IncreaseMaxCapacity"
          ? Math.ceil((capacity * (100 + maxBufferPercent)) / 100)
          : 0;
      predicted = {
        capacity: Math.max(predicted?.capacity ?? 0, capacity),
        max: Math.max(predicted?.max ?? 0, max),
      };
    }
  }
  return { ...(predicted && { predicted }), ...(nextMs !== undefined && { nextMs }) };
}
