/** How busy the thread is. */

export interface BusyMeter {
  /** Of the time since the last call, how much of a hundred the thread did not wait. */
  take(): number;
}

export function createBusyMeter(): BusyMeter {
  let before = performance.eventLoopUtilization();
  return {
    take() {
      const { utilization } = performance.eventLoopUtilization(before);
      before = performance.eventLoopUtilization();
      return Math.min(100, utilization * 100);
    },
  };
}
