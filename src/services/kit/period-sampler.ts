/** Runs a sensor at the end of each period of cloud time, on the period's boundary. */
import type { Timer } from "#runtime/clock.ts";
import { CloudEndingError } from "./cloud-ending.ts";
import type { Environment } from "./service.ts";

export interface Sampler {
  /** Begins nothing more; resolves when what is under way has ended. */
  stop(): Promise<void>;
}

/** PutMetricData: "Time stamps … as much as 2 weeks before the current date"; a day less is safe. */
const oldestMs = 13 * 86_400_000;

export interface SamplerOptions {
  periodMs: number;
  /** What is measured, for the log: "queue metrics". */
  what: string;
}

/**
 * The end of the period for which a value counts that was due at `endMs`: a clock that was advanced by weeks
 * has left behind a period that CloudWatch takes no more values for, and the last one takes its place.
 */
export function measuredEnd(endMs: number, nowMs: number, periodMs: number): number {
  return nowMs - endMs < oldestMs ? endMs : Math.floor(nowMs / periodMs) * periodMs;
}

/** `publish` gets the moment at which the period began; what it throws is logged, and the next period comes. */
export function startSampler(
  { clock, log }: Pick<Environment, "clock" | "log">,
  { periodMs, what }: SamplerOptions,
  publish: (periodStartMs: number) => Promise<void>,
): Sampler {
  const underWay = new Set<Promise<void>>();
  let timer: Timer;
  const arm = () => {
    const nextMs = (Math.floor(clock.now() / periodMs) + 1) * periodMs;
    timer = clock.at(nextMs, () => {
      arm();
      const run = logged(
        log,
        publish(measuredEnd(nextMs, clock.now(), periodMs) - periodMs),
        "metrics were not published",
        what,
      );
      underWay.add(run);
      return run.finally(() => underWay.delete(run));
    });
  };
  arm();
  return {
    async stop() {
      timer.cancel();
      await Promise.all(underWay);
    },
  };
}

export interface SpoolerOptions {
  /** Wall time: what is in memory dies with this process, whatever the cloud's time is. */
  everyMs: number;
  /** What is brought to the store, for the log. */
  what: string;
}

/** Runs `spool` again and again, never twice at once; what it throws is logged. */
export function startSpooler(
  { clock, log }: Pick<Environment, "clock" | "log">,
  { everyMs, what }: SpoolerOptions,
  spool: () => Promise<void>,
): Sampler {
  let timer: Timer | undefined;
  let running = Promise.resolve();
  let isStopped = false;
  const arm = () => {
    if (isStopped) return;
    timer = clock.wall.after(everyMs, () => {
      running = logged(log, spool(), "lines did not reach the store", what).then(arm);
      return running;
    });
  };
  arm();
  return {
    async stop() {
      isStopped = true;
      timer?.cancel();
      await running;
    },
  };
}

async function logged(
  log: Environment["log"],
  work: Promise<void>,
  problem: string,
  what: string,
): Promise<void> {
  try {
    await work;
  } catch (error) {
    // What it needs of others has ended before it.
    if (error instanceof CloudEndingError) log.debug(problem, { what, error });
    else log.error(problem, { what, error });
  }
}
