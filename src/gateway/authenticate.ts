/**
 * Who calls. A signature is checked whenever its access key is known. In `open` mode an unknown key
 * is somebody's all the same: twelve digits name the account, anything else is the default one's
 * root. In `signed` mode it is refused, and who signs nothing is nobody: S3's buckets may let them in.
 */
import type { ByteStream, HttpRequest } from "#http/http.ts";
import type { Clock } from "#runtime/clock.ts";
import { isRegion } from "#services/kit/facts/zones.ts";
import { anonymousPrincipal, rootPrincipal } from "#services/kit/principal.ts";
import type { Credential, Principal } from "#services/kit/service.ts";
import type { AuthMode } from "./auth-mode.ts";
import { isForeignOrigin } from "./cors.ts";
import {
  createSigningKeys,
  missingToken,
  openPayload,
  refuseUnreadable,
  unknownAccessKey,
  unknownRegion,
  verify,
} from "#wire/sigv4/index.ts";
import type { Identified } from "#wire/wire.ts";

export interface Authenticated {
  caller: Principal;
  /** The payload without signing's own framing, verified as it is read where it is a stream. */
  body: ByteStream;
}

export interface AuthenticatorOptions {
  auth: AuthMode;
  allowedHosts: ReadonlySet<string>;
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
  const { auth, allowedHosts, clock, defaultAccount, defaultRegion, rootCredential, backend } =
    options;
  const keys = createSigningKeys();
  const anybody = rootPrincipal(defaultAccount, defaultRegion);
  /**
   * A page from elsewhere may send a form without asking first. Whoever opens it lends it nothing,
   * also where no signature is demanded of anybody.
   */
  const mayBeForged = (request: HttpRequest) =>
    request.headers.origin !== undefined &&
    request.method === "POST" &&
    request.headers.authorization === undefined &&
    isForeignOrigin(request, allowedHosts);

  const anonymous = (identified: Identified, request: HttpRequest): Authenticated => {
    refuseUnreadable(identified, request);
    const body = openPayload(identified, request);
    if (identified.service === "s3") return { caller: anonymousPrincipal, body };
    if (isOpenToAnybody(identified)) return { caller: anybody, body };
    throw missingToken(identified);
  };
  const authenticateUnknown = (
    identified: Identified,
    request: HttpRequest,
    accessKeyId: string,
  ): Authenticated => {
    if (auth !== "open") throw unknownAccessKey(identified, accessKeyId);
    if (mayBeForged(request)) return anonymous(identified, request);
    const account = accountOf(accessKeyId) ?? defaultAccount;
    return {
      caller: rootPrincipal(account, defaultRegion, accessKeyId),
      body: openPayload(identified, request),
    };
  };
  const authenticateKnown = (
    identified: Identified,
    request: HttpRequest,
    credential: Credential,
  ): Authenticated | Promise<Authenticated> => {
    const caller = credential.principal;
    const body = verify(identified, request, credential, { nowMs: clock.wall.now(), keys });
    return body instanceof Promise
      ? body.then((bytes) => ({ caller, body: bytes }))
      : { caller, body };
  };
  return (identified, request) => {
    const { scope } = identified;
    if (!scope) {
      if (auth === "open" && !mayBeForged(request))
        return { caller: anybody, body: openPayload(identified, request) };
      return anonymous(identified, request);
    }
    const { accessKeyId, region } = scope;
    // A mistyped region would be an empty cloud of its own.
    if (region !== "" && !isRegion(region)) throw unknownRegion(identified, region);
    if (accessKeyId === rootCredential.accessKeyId)
      return authenticateKnown(identified, request, rootCredential);
    if (!looksIssued(accessKeyId)) return authenticateUnknown(identified, request, accessKeyId);
    return backend()
      .findCredential(accessKeyId)
      .then((credential) =>
        credential
          ? authenticateKnown(identified, request, credential)
          : authenticateUnknown(identified, request, accessKeyId),
      );
  };
}

/** What AWS itself lets anybody call: links in mails, and tokens that stand for themselves. */
function isOpenToAnybody({ service, operation }: Identified): boolean {
  if (service === "sns") return operation === "ConfirmSubscription" || operation === "Unsubscribe";
  return service === "sts" && operation === "AssumeRoleWithWebIdentity";
}

/** Twelve digits in place of a key name the account, as users of other local clouds know it. */
export function accountOf(accessKeyId: string): string | undefined {
  return /^\d{12}$/.test(accessKeyId) ? accessKeyId : undefined;
}

/** AWS's own key ids have 20 characters and begin with what they are for. */
function looksIssued(accessKeyId: string): boolean {
  return /^A(KI|SI)A[A-Z0-9]{12,}$/.test(accessKeyId);
}
