/** Adds up the processor time of a tree of processes that come and go between two looks. */
import { ticksPerSecond, type ProcessStat } from "./process-table.ts";

export interface CpuAccount {
  /** Takes note of the processes that live now and gives the total in seconds; it never falls. */
  update(living: readonly ProcessStat[]): number;
  readonly seconds: number;
}

/**
 * A process that ended below a living member is in that member's time already, once it was waited
 * for; one that ended elsewhere (its parent gone, too) is remembered as it was last seen.
 */
export function createCpuAccount(startSeconds = 0): CpuAccount {
  let seen = new Map<number, ProcessStat>();
  let endedTicks = 0;
  let seconds = startSeconds;

  return {
    get seconds() {
      return seconds;
    },
    update(living) {
      const now = new Map(living.map((stat) => [stat.pid, stat]));
      const lives = (stat: ProcessStat | undefined) =>
        stat !== undefined && now.get(stat.pid)?.startTicks === stat.startTicks;
      const hasLivingAncestor = (stat: ProcessStat) => {
        for (
          let parent = seen.get(stat.parentPid), steps = 0;
          parent && steps < 100;
          parent = seen.get(parent.parentPid), steps++
        )
          if (lives(parent)) return true;
        return false;
      };
      for (const stat of seen.values())
        if (!lives(stat) && !hasLivingAncestor(stat)) endedTicks += stat.cpuTicks;
      let ticks = endedTicks;
      for (const stat of living) ticks += stat.cpuTicks;
      seen = now;
      seconds = Math.max(seconds, startSeconds + ticks / ticksPerSecond);
      return seconds;
    },
  };
}
