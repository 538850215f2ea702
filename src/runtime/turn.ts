/** The event loop's turns: work that many requests of one turn share is done once, at its end. */

/**
 * A turn ends in two rounds. What the first brings about (a commit's acknowledgement, and so a reply)
 * need not wait a turn for the end that it needs itself: it has the second.
 */
class TurnEnd {
  #tasks: (() => void)[] = [];
  #between = false;

  add(task: () => void): void {
    if (this.#tasks.push(task) > 1 || this.#between) return;
    setImmediate(() => {
      this.#between = true;
      this.#run();
    });
    // Node runs what promises have to do between the two.
    setImmediate(() => {
      this.#between = false;
      this.#run();
    });
  }

  #run(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) runApart(task);
  }
}

/** One that throws keeps the others from nothing. */
function runApart(task: () => void): void {
  try {
    task();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** A thread has one event loop. */
const turnEnd = new TurnEnd();

/** Runs the task when the callbacks of this turn of the event loop have run. It is not a timer: no time passes. */
export function atEndOfTurn(task: () => void): void {
  turnEnd.add(task);
}

/** Resolves when the callbacks of this turn of the event loop have run; lets others at the thread. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
