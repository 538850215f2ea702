/** The service holds nothing in memory. */
export type State = undefined;
