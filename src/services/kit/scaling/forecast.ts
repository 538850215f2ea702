/**
 * Hourly forecasts of a load. Pure. AWS does not say how it forecasts; this takes what its guide
 * promises: from 24 hours up to 14 days of history, patterns of hours and days of the week, and the
 * latest level. https://docs.aws.amazon.com/autoscaling/ec2/userguide/predictive-scaling-policy-overview.html
 */

const dayHours = 24;
const weekHours = 168;
/** Two weeks back a week counts so much of the latest one, a day so much of the one after it. */
const weekDecay = 0.6;
const dayDecay = 0.7;
/** How far the latest day may move the level of the pattern. */
const levelBounds = { least: 0.25, most: 4 };

/** So many hours must have values, or nothing is forecast. */
const leastHistoryHours = 24;

/**
 * The next `count` hours behind the history, whose last value is the latest full hour; undefined for
 * hours without values. Undefined when less than 24 hours are known.
 */
export function forecastHourly(
  history: readonly (number | undefined)[],
  count: number,
): number[] | undefined {
  if (history.filter((value) => value !== undefined).length < leastHistoryHours) return undefined;
  const level = levelOf(history);
  return Array.from({ length: count }, (_, hour) =>
    Math.max(0, (patternAt(history, history.length + hour) ?? 0) * level),
  );
}

/** What the pattern says of an hour from the values before it; undefined when none is known. */
function patternAt(history: readonly (number | undefined)[], at: number): number | undefined {
  const byWeek = weighted(history, at, weekHours, weekDecay);
  // A week that is known tells more than the days in between: Mondays are like Mondays.
  return byWeek ?? weighted(history, at, dayHours, dayDecay) ?? mean(history);
}

function weighted(
  history: readonly (number | undefined)[],
  at: number,
  seasonHours: number,
  decay: number,
): number | undefined {
  let sum = 0;
  let weights = 0;
  let weight = 1;
  for (let back = at - seasonHours; back >= 0; back -= seasonHours) {
    // Hours of the forecast itself lie in between when the season is shorter than the horizon.
    if (back >= history.length) continue;
    const value = history[back];
    if (value !== undefined) {
      sum += weight * value;
      weights += weight;
    }
    weight *= decay;
  }
  return weights > 0 ? sum / weights : undefined;
}

/** The latest day against what the days before it led to expect. */
function levelOf(history: readonly (number | undefined)[]): number {
  const before = history.slice(0, -dayHours);
  if (before.filter((value) => value !== undefined).length < leastHistoryHours) return 1;
  // With a week behind it, a day is only compared with the same day.
  const { season, decay } =
    before.length >= weekHours
      ? { season: weekHours, decay: weekDecay }
      : { season: dayHours, decay: dayDecay };
  let seen = 0;
  let expected = 0;
  for (let hour = before.length; hour < history.length; hour++) {
    const value = history[hour];
    const pattern = value === undefined ? undefined : weighted(before, hour, season, decay);
    if (value === undefined || pattern === undefined) continue;
    seen += value;
    expected += pattern;
  }
  if (expected <= 0) return 1;
  return Math.min(levelBounds.most, Math.max(levelBounds.least, seen / expected));
}

function mean(history: readonly (number | undefined)[]): number | undefined {
  const known = history.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
