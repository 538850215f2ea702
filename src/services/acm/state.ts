/** What the service holds in memory: its certificate authority, once somebody needed it. */
import type { Environment } from "#services/kit/service.ts";
import { openAuthority, type Authority } from "./authority/authority.ts";

export interface State {
  authority(): Promise<Authority>;
}

export function createState(env: Environment): State {
  let opening: Promise<Authority> | undefined;
  return {
    authority() {
      if (opening) return opening;
      opening = openAuthority(env);
      // A directory that could not be written may be writable next time.
      opening.catch(() => (opening = undefined));
      return opening;
    },
  };
}
