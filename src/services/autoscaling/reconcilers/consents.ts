/** What groups' functions answered a moment ago. In memory: what is lost is asked again. */
import type { Consent, TerminationCause } from "../planning/consent.ts";
import { askAgainMs } from "./nominate.ts";

interface Answer {
  cause: TerminationCause;
  ids: ReadonlySet<string>;
  askedMs: number;
}

export class Consents {
  readonly #answers = new Map<string, Answer[]>();

  put(key: string, cause: TerminationCause, ids: ReadonlySet<string>, nowMs: number): void {
    const others = (this.#answers.get(key) ?? []).filter((one) => one.cause !== cause);
    this.#answers.set(key, [...others, { cause, ids, askedMs: nowMs }]);
  }

  /** Answers that are fresh. One that lets something go serves once; one that does not stands until it is old. */
  take(key: string, nowMs: number): Consent {
    const fresh = (this.#answers.get(key) ?? []).filter(
      ({ askedMs }) => nowMs < askedMs + askAgainMs,
    );
    const standing = fresh.filter(({ ids }) => ids.size === 0);
    if (standing.length > 0) this.#answers.set(key, standing);
    else this.#answers.delete(key);
    return Object.fromEntries(fresh.map(({ cause, ids }) => [cause, ids]));
  }

  forget(key: string): void {
    this.#answers.delete(key);
  }
}
