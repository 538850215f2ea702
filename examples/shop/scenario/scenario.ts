/** What the demo plays, as data: phases of load, when an instance is killed, what must come of it. */

export interface Phase {
  name: string;
  /** Wall seconds. */
  seconds: number;
  /** Requests a second over all customers. */
  rate: number;
}

export interface Scenario {
  /** Cloud seconds per second. */
  speed: number;
  phases: readonly Phase[];
  /** Wall seconds after the start of the second phase. */
  killAfterSeconds: number;
  /** Requests that one web server shall get per minute of cloud time. */
  requestsPerTarget: number;
  maxWebInstances: number;
  /** Cloud seconds that a machine's boot may take before health checks count. */
  graceSeconds: number;
  /** Wall seconds that the rush may last longer, until the fleet has grown and made good the kill. */
  patienceSeconds: number;
  /** Wall seconds that scale-in may take once the load is gone. */
  calmSeconds: number;
}

/**
 * At 30 cloud seconds a second, a minute of metrics passes in two seconds: scale-out's three
 * minutes in six seconds, scale-in's fifteen in thirty.
 */
export const blackFriday: Scenario = {
  speed: 30,
  phases: [
    { name: "morning", seconds: 6, rate: 25 },
    { name: "doors open", seconds: 26, rate: 160 },
    { name: "evening", seconds: 1, rate: 10 },
  ],
  killAfterSeconds: 16,
  requestsPerTarget: 80,
  maxWebInstances: 6,
  graceSeconds: 180,
  patienceSeconds: 20,
  calmSeconds: 55,
};
