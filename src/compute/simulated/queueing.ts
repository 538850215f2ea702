/** How long a request waits at a machine with several processors: the M/M/c queue, and what follows when it overflows. */

export interface QueueModel {
  /** Requests a second that one virtual CPU answers when it does nothing else. */
  requestsPerSecondPerCpu: number;
  /** Requests that may wait; more are refused. */
  longestQueue: number;
}

export interface QueueState {
  /** Requests a second that arrive. */
  arrivals: number;
  cpus: number;
  /** Requests that wait because more came than were answered. */
  waiting: number;
}

/**
 * The chance that an arriving request must wait (Erlang C), for `cpus` servers that are offered
 * `erlangs` of work. 1 when they cannot keep up.
 */
export function erlangC(cpus: number, erlangs: number): number {
  if (erlangs >= cpus) return 1;
  if (erlangs <= 0) return 0;
  // Erlang B by its recurrence, which does not overflow as the factorials do.
  let blocked = 1;
  for (let servers = 1; servers <= cpus; servers++)
    blocked = (erlangs * blocked) / (servers + erlangs * blocked);
  return blocked / (1 - (erlangs / cpus) * (1 - blocked));
}

/** The part of the processors' time that is used, 0 to 1. */
export function utilisation(model: QueueModel, state: QueueState): number {
  if (state.waiting > 0) return 1;
  return Math.min(1, state.arrivals / (state.cpus * model.requestsPerSecondPerCpu));
}

/** Mean time from a request's arrival to its answer, in milliseconds. */
export function latencyMs(model: QueueModel, state: QueueState): number {
  const rate = model.requestsPerSecondPerCpu;
  const capacity = state.cpus * rate;
  const backlogMs = (state.waiting / capacity) * 1000;
  const serviceMs = 1000 / rate;
  if (state.arrivals >= capacity) return serviceMs + Math.max(backlogMs, serviceMs);
  const waitMs = (erlangC(state.cpus, state.arrivals / rate) / (capacity - state.arrivals)) * 1000;
  return serviceMs + waitMs + backlogMs;
}

export interface Passage {
  waiting: number;
  served: number;
  refused: number;
  cpuSeconds: number;
}

/** What happens in a span of constant arrivals: the queue grows or drains, the rest is refused. */
export function pass(model: QueueModel, state: QueueState, seconds: number): Passage {
  const rate = model.requestsPerSecondPerCpu;
  const capacity = state.cpus * rate * seconds;
  const work = state.waiting + state.arrivals * seconds;
  const served = Math.min(work, capacity);
  const left = work - served;
  const waiting = Math.min(left, model.longestQueue);
  return { waiting, served, refused: left - waiting, cpuSeconds: served / rate };
}
