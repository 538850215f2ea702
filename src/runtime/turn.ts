/** The event loop's turns: work that many requests of one turn share is done once, at its end. */

/**
 * A turn ends in three rounds: requests that have come are taken up, what they wrote is committed, replies are sent.
 * What one round brings about need not wait a turn for the end that it needs itself: it has the next.
 */
const rounds = 3;

class TurnEnd {
  #tasks: (() => void)[] = [];
  /** Rounds of this end that are still to come. */
  #ahead = 0;

  add(task: () => void): void {
    this.#tasks.push(task);
    if (this.#ahead > 0) return;
    this.#ahead = rounds;
    // Node runs what promises have to do between one and the next.
    for (let round = 0; round < rounds; round++) setImmediate(this.#run);
  }

  readonly #run = () => {
    this.#ahead--;
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) runApart(task);
  };
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
