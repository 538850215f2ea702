/** Counts what a rule observed, by contributor and period. Pure. */
import type { Observation } from "./observe.ts";

export interface Statistics {
  samples: number;
  sum: number;
  minimum: number;
  maximum: number;
}

export interface Contributor {
  keys: string[];
  total: Statistics;
  /** By start of the period, in ms. */
  points: Map<number, Statistics>;
}

/** What all contributors had in one period. */
export interface Period {
  startMs: number;
  all: Statistics;
  contributors: number;
  /** The sum of the contributor with the greatest. */
  greatest: number;
}

export class Report {
  readonly #periodMs: number;
  readonly #originMs: number;
  readonly #contributors = new Map<string, Contributor>();

  /** Periods are counted from `originMs`. */
  constructor(periodMs: number, originMs = 0) {
    this.#periodMs = periodMs;
    this.#originMs = originMs;
  }

  add({ contributor: keys, value }: Observation, timeMs: number): void {
    const id = JSON.stringify(keys);
    let contributor = this.#contributors.get(id);
    if (!contributor) {
      contributor = { keys, total: nothing(), points: new Map() };
      this.#contributors.set(id, contributor);
    }
    const startMs = timeMs - ((timeMs - this.#originMs) % this.#periodMs);
    let point = contributor.points.get(startMs);
    if (!point) contributor.points.set(startMs, (point = nothing()));
    count(contributor.total, value);
    count(point, value);
  }

  /** The contributors with the greatest sum, or the greatest sum of one period, first. */
  ranked(by: "Sum" | "Maximum"): Contributor[] {
    const measure = (one: Contributor) => measureOf(one, by);
    return [...this.#contributors.values()].sort(
      (a, b) =>
        measure(b) - measure(a) || (JSON.stringify(a.keys) < JSON.stringify(b.keys) ? -1 : 1),
    );
  }

  /** Of all contributors, in order of time. */
  periods(): Period[] {
    const periods = new Map<number, Omit<Period, "startMs">>();
    for (const { points } of this.#contributors.values())
      for (const [startMs, point] of points) {
        const period = periods.get(startMs) ?? {
          all: nothing(),
          contributors: 0,
          greatest: Number.NEGATIVE_INFINITY,
        };
        merge(period.all, point);
        period.contributors++;
        period.greatest = Math.max(period.greatest, point.sum);
        periods.set(startMs, period);
      }
    return [...periods]
      .sort(([a], [b]) => a - b)
      .map(([startMs, period]) => ({ startMs, ...period }));
  }
}

export function measureOf({ total, points }: Contributor, by: "Sum" | "Maximum"): number {
  if (by === "Sum") return total.sum;
  return Math.max(...[...points.values()].map(({ sum }) => sum));
}

function nothing(): Statistics {
  return {
    samples: 0,
    sum: 0,
    minimum: Number.POSITIVE_INFINITY,
    maximum: Number.NEGATIVE_INFINITY,
  };
}

function count(into: Statistics, value: number): void {
  merge(into, { samples: 1, sum: value, minimum: value, maximum: value });
}

function merge(into: Statistics, other: Statistics): void {
  into.samples += other.samples;
  into.sum += other.sum;
  into.minimum = Math.min(into.minimum, other.minimum);
  into.maximum = Math.max(into.maximum, other.maximum);
}
