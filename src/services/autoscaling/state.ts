/** Auto Scaling's volatile memory: when what was last looked at. Lost without harm. */
export interface State {
  /** Group (with account and region) to the moment of its last health check. */
  readonly healthCheckedMs: Map<string, number>;
}

export function createState(): State {
  return { healthCheckedMs: new Map() };
}
