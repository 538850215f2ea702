/** The event loop's turns: work that many requests of one turn share is done once, at its end. */

/** Runs the task when the callbacks of this turn of the event loop have run. It is not a timer: no time passes. */
export function atEndOfTurn(task: () => void): void {
  setImmediate(task);
}

/** Resolves when the callbacks of this turn of the event loop have run; lets others at the thread. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
