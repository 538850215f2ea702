/** What a filter pattern makes of a message. */

/** What a message that a pattern finds has to offer. */
export interface Match {
  /** The values of what the pattern names, by its names: "$.status", "$bytes". */
  readonly named: Readonly<Record<string, string>>;
  /** The value of "$.latency" or "$bytes"; undefined when the message has none. */
  valueOf(selector: string): string | undefined;
}

/** Undefined for a message that the pattern passes over. */
export type Pattern = (message: string) => Match | undefined;
