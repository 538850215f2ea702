/**
 * Who calls. A signature is checked whenever its access key is known. In `open` mode an unknown key
 * is somebody's all the same: twelve digits name the account, anything else is the default one's
 * root. In `signed` mode it is refused.
 */
import type { ByteStream, HttpRequest } from "#http/http.ts";
import type { Clock } from "#runtime/clock.ts";
import { rootPrincipal } from "#services/kit/principal.ts";
import type { Credential, Principal } from "#services/kit/service.ts";
import type { Identified } from "#wire/wire.ts";

export type AuthMode = "open" | "signed" | "enforced";

export interface Authenticated {
  caller: Principal;
  /** The payload without signing's own framing, verified as it is read where it is a stream. */
  body: ByteStream;
}

export interface AuthenticatorOptions {
  auth: AuthMode;
  defaultRegion: string;
  defaultAccount: string;
  rootCredential: Credential;
  clock: Clock;
  backend: () => { findCredential(accessKeyId: string): Promise<Credential | undefined> };
}

export type Authenticate = (
  identified: Identified,
  request: HttpRequest,
) => Authenticated | Promise<Authenticated>;

export function createAuthenticator(options: AuthenticatorOptions): Authenticate {
  const { defaultAccount, defaultRegion, rootCredential, backend } = options;
  const anybody = rootPrincipal(defaultAccount, defaultRegion);

  const find = (accessKeyId: string) =>
    accessKeyId === rootCredential.accessKeyId
      ? rootCredential
      : backend().findCredential(accessKeyId);

  return async (identified, request) => {
    const { scope } = identified;
    if (!scope) return { caller: anybody, body: request.body };
    const { accessKeyId } = scope;
    const credential = looksIssued(accessKeyId) ? await find(accessKeyId) : undefined;
    if (credential) return { caller: credential.principal, body: request.body };
    const account = /^\d{12}$/.test(accessKeyId) ? accessKeyId : defaultAccount;
    return { caller: rootPrincipal(account, defaultRegion, accessKeyId), body: request.body };
  };
}

/** AWS's own key ids have 20 characters and begin with what they are for. */
function looksIssued(accessKeyId: string): boolean {
  return /^A(KI|SI)A[A-Z0-9]{12,}$/.test(accessKeyId);
}
