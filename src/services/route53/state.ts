/** What the service holds in memory. */
export interface State {}

export function createState(): State {
  return {};
}
