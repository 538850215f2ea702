/** Runs a sensor at the end of each period of cloud time, on the period's boundary. */
import type { Timer } from "#runtime/clock.ts";
import type { Environment } from "./service.ts";

export interface Sampler {
  stop(): void;
}

export interface SamplerOptions {
  periodMs: number;
  /** What is measured, for the log: "queue metrics". */
  what: string;
}

/** `publish` gets the moment at which the period began; what it throws is logged, and the next period comes. */
export function startSampler(
  { clock, log }: Pick<Environment, "clock" | "log">,
  { periodMs, what }: SamplerOptions,
  publish: (periodStartMs: number) => Promise<void>,
): Sampler {
  let timer: Timer;
  const arm = () => {
    const nextMs = (Math.floor(clock.now() / periodMs) + 1) * periodMs;
    timer = clock.at(nextMs, async () => {
      arm();
      try {
        await publish(nextMs - periodMs);
      } catch (error) {
        log.error("metrics were not published", { what, error });
      }
    });
  };
  arm();
  return { stop: () => timer.cancel() };
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
  let isStopped = false;
  const arm = () => {
    if (isStopped) return;
    timer = clock.wall.after(everyMs, async () => {
      try {
        await spool();
      } catch (error) {
        log.error("lines did not reach the store", { what, error });
      }
      arm();
    });
  };
  arm();
  return {
    stop() {
      isStopped = true;
      timer?.cancel();
    },
  };
}
