/** What a balancer asks an identity provider, and what can be wrong with its answers. */
import type { Wall } from "#runtime/clock.ts";
import type { OidcConfig } from "./config.ts";
import { limitedText, TooLongError } from "./limited-text.ts";
import type { Session } from "./oidc-session.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-500-issues */
const providerTimeoutMs = 5000;

/** Far beyond what AWS lets pass of claims and tokens, whose sizes are looked at elsewhere. */
const longestAnswerBytes = 1024 * 1024;

/** What AWS counts an authentication as that came to nothing. */
export type AuthEvent = "authErrors" | "authFailures" | "authClaimsTooLong";

/** An authentication that came to nothing. */
export class AuthError extends Error {
  /** As access logs name it. */
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super(`the authentication failed: ${reason}`, { cause });
    this.reason = reason;
  }
}

/**
 * What clients are answered, and what is counted.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#error-reason-codes
 */
const outcomes: Record<string, [status: number, event: AuthEvent]> = {
  AuthInvalidStateParam: [401, "authFailures"],
  AuthMissingStateParam: [401, "authFailures"],
  AuthMissingCodeParam: [401, "authFailures"],
  AuthInvalidAWSALBAuthNonce: [401, "authFailures"],
  AuthMissingAWSALBAuthNonce: [401, "authFailures"],
  AuthMissingHostHeader: [401, "authErrors"],
  AuthInvalidIdToken: [401, "authFailures"],
  AuthInvalidGrantError: [561, "authFailures"],
  AuthInvalidTokenResponse: [561, "authFailures"],
  AuthInvalidUserinfoResponse: [561, "authFailures"],
  AuthTokenEpRequestFailed: [561, "authErrors"],
  AuthUserinfoEpRequestFailed: [561, "authErrors"],
  AuthTokenEpRequestTimeout: [500, "authErrors"],
  AuthUserinfoEpRequestTimeout: [500, "authErrors"],
  AuthUserinfoResponseSizeExceeded: [500, "authClaimsTooLong"],
};

export function outcomeOf({ reason }: AuthError): { status: number; event: AuthEvent } {
  const [status, event] = outcomes[reason] ?? [500, "authErrors"];
  return { status, event };
}

interface Asking {
  wall: Wall;
  /** What it took to ask the provider for token and claims, failures too. */
  asked: (elapsedMs: number, bytes: number) => void;
}

/** What a grant gives, until `expiresMs`; throws AuthError. A renewal need not bring another ID token. */
export async function askForSession(
  { wall, asked }: Asking,
  config: OidcConfig,
  grant: Record<string, string>,
  expiresMs: number,
): Promise<Session> {
  const { clientId, clientSecret, tokenEndpoint, userInfoEndpoint } = config;
  const beganMs = wall.monotonic();
  const traffic = { bytes: 0 };
  try {
    const token = await askProvider(traffic, "TokenEp", tokenEndpoint, {
      method: "POST",
      body: new URLSearchParams({ ...grant, client_id: clientId, client_secret: clientSecret }),
    });
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: lasts } = token;
    if (typeof accessToken !== "string") throw new AuthError("AuthInvalidTokenResponse");
    const { id_token: idToken } = token;
    if (grant["grant_type"] === "authorization_code" || idToken !== undefined)
      checkIdToken(idToken, config, wall.now());
    const claims = await askProvider(traffic, "UserinfoEp", userInfoEndpoint, {
      headers: { Authorization: `Bearer ${accessToken}` },
    });
    if (typeof claims["sub"] !== "string") throw new AuthError("AuthInvalidUserinfoResponse");
    return {
      client: clientId,
      expiresMs,
      claims,
      accessToken,
      ...(typeof lasts === "number" && { accessUntilMs: wall.now() + lasts * 1000 }),
      ...(typeof refreshToken === "string" && { refreshToken }),
    };
  } finally {
    asked(wall.monotonic() - beganMs, traffic.bytes);
  }
}

/** It came from the provider itself: who made it and for whom is what is left to look at (OpenID Connect, 3.1.3.7). */
function checkIdToken(
  token: unknown,
  { issuer, clientId }: Pick<OidcConfig, "issuer" | "clientId">,
  nowMs: number,
): void {
  const body = typeof token === "string" ? token.split(".")[1] : undefined;
  const claims =
    body === undefined ? undefined : readObject(Buffer.from(body, "base64url").toString());
  const audience = claims?.["aud"];
  const isForUs = Array.isArray(audience) ? audience.includes(clientId) : audience === clientId;
  const lasts = claims?.["exp"];
  if (claims?.["iss"] !== issuer || !isForUs || typeof lasts !== "number" || lasts * 1000 <= nowMs)
    throw new AuthError("AuthInvalidIdToken");
}

async function askProvider(
  traffic: { bytes: number },
  endpoint: "TokenEp" | "UserinfoEp",
  url: string,
  init: RequestInit,
): Promise<Record<string, unknown>> {
  let response: Response;
  let text: string;
  try {
    const signal = AbortSignal.timeout(providerTimeoutMs);
    response = await fetch(url, { ...init, redirect: "manual", signal });
    text = await limitedText(response, longestAnswerBytes);
  } catch (error) {
    if (error instanceof TooLongError)
      throw new AuthError(
        endpoint === "TokenEp" ? "AuthInvalidTokenResponse" : "AuthUserinfoResponseSizeExceeded",
        error,
      );
    throw new AuthError(`Auth${endpoint}RequestTimeout`, error);
  }
  traffic.bytes += Buffer.byteLength(text);
  const value = readObject(text);
  if (!response.ok)
    throw new AuthError(
      endpoint === "TokenEp" && value?.["error"] === "invalid_grant"
        ? "AuthInvalidGrantError"
        : `Auth${endpoint}RequestFailed`,
    );
  if (value) return value;
  throw new AuthError(
    endpoint === "TokenEp" ? "AuthInvalidTokenResponse" : "AuthInvalidUserinfoResponse",
  );
}

/** Undefined for what is no object in JSON. */
function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
