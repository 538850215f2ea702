import type { OidcConfig } from "../config.ts";

/** Of the client "shop" at a provider there. */
export function oidcConfig(at: string, changes: Partial<OidcConfig> = {}): OidcConfig {
  return {
    issuer: at,
    authorizationEndpoint: `${at}/authorize`,
    tokenEndpoint: `${at}/token`,
    userInfoEndpoint: `${at}/userinfo`,
    clientId: "shop",
    clientSecret: "secret",
    cookieName: "Session",
    scope: "openid",
    sessionMs: 60_000,
    extraParams: {},
    unauthenticated: "authenticate",
    ...changes,
  };
}
