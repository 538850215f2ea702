/**
 * Targets that fail more than the others of their group, and how much traffic is taken from them. AWS
 * says what is compared (the shares of 5xx answers and failed connections, in groups of at least three healthy
 * targets), that it is every five seconds, that an anomalous target gets the least that is needed to go on
 * judging it, and that it comes back gradually; the numbers beyond that are Fogbank's.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#automatic-target-weights
 */

/** Judged once in so much wall time, over the last so many such periods. */
const periodMs = 5000;
const periods = 6;
/** Fewer requests say nothing. */
const fewestRequests = 10;
/** The share of failures from which a target stands out, beyond three times the others' own. */
const leastShare = 0.1;
const otherShares = 3;
const fewestTargets = 3;
/** Enough traffic to see that it is well again. */
const leastWeight = 1 / 16;

interface Period {
  requests: number;
  failures: number;
}

/** One target's answers of late. */
export class Outcomes {
  anomalous = false;
  /** Its share of traffic, 1 when nothing is taken from it. */
  weight = 1;
  readonly #past: Period[] = [];
  #present: Period = { requests: 0, failures: 0 };

  record(failed: boolean): void {
    this.#present.requests++;
    if (failed) this.#present.failures++;
  }

  /** Of the last periods, the present one among them. */
  sum(): Period {
    const total = { ...this.#present };
    for (const { requests, failures } of this.#past) {
      total.requests += requests;
      total.failures += failures;
    }
    return total;
  }

  endPeriod(): void {
    this.#past.push(this.#present);
    if (this.#past.length >= periods) this.#past.shift();
    this.#present = { requests: 0, failures: 0 };
  }
}

/** Judges the targets of one group; it works when it is asked and needs no timer. */
export class AnomalyWatch {
  #judgedMs: number;

  constructor(nowMs: number) {
    this.#judgedMs = nowMs;
  }

  /** Call it before what it found is used; `sharing` gives those that share the traffic. */
  judge(sharing: () => readonly Outcomes[], mitigates: boolean, nowMs: number): void {
    if (nowMs - this.#judgedMs < periodMs) return;
    this.#judgedMs = nowMs;
    const healthy = sharing();
    const sums = healthy.map((outcomes) => outcomes.sum());
    const all = sums.reduce(
      (total, { requests, failures }) => ({
        requests: total.requests + requests,
        failures: total.failures + failures,
      }),
      { requests: 0, failures: 0 },
    );
    healthy.forEach((outcomes, index) => {
      outcomes.anomalous =
        healthy.length >= fewestTargets && standsOut(sums[index]!, all, outcomes.weight);
      outcomes.weight = weightAfter(outcomes, mitigates);
      outcomes.endPeriod();
    });
  }
}

/** A target with little traffic left is judged by the little that it gets. */
function standsOut(own: Period, all: Period, weight: number): boolean {
  if (own.requests < Math.max(1, fewestRequests * weight)) return false;
  const others = all.requests - own.requests;
  const othersShare = others === 0 ? 0 : (all.failures - own.failures) / others;
  return own.failures / own.requests > leastShare + otherShares * othersShare;
}

function weightAfter({ weight, anomalous }: Outcomes, mitigates: boolean): number {
  if (!mitigates) return 1;
  return anomalous ? leastWeight : Math.min(1, weight * 2);
}
