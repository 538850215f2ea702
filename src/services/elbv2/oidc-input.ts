/** The action that authenticates with an OpenID Connect provider: checked, and completed with defaults. */
import type {
  Action,
  AuthenticateOidcActionConfig,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { invalidAction, validationError } from "./errors.ts";
import { limits } from "./limits.ts";

const required = ["Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"] as const;

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html */
export function readOidc({ AuthenticateOidcConfig: config }: Action): AuthenticateOidcActionConfig {
  if (!config)
    throw validationError("An authenticate-oidc action must have an 'AuthenticateOidcConfig'");
  for (const name of required)
    if (!config[name]) throw validationError(`'${name}' must be specified`);
  const { length } = config.ClientId ?? "";
  if (length < 1 || length > limits.clientIdLength)
    throw invalidAction(
      `The 'client id' field must be between 1 and ${limits.clientIdLength} characters in length`,
    );
  for (const name of ["AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint"] as const)
    if (!isEndpoint(config[name]!))
      throw invalidAction(`The ${name} must be an absolute URL that begins with https://`);
  if (config.ClientSecret && config.UseExistingClientSecret)
    throw invalidAction(
      "You cannot both specify a client secret and set UseExistingClientSecret to true",
    );
  if (!config.ClientSecret && !config.UseExistingClientSecret)
    throw validationError("A client secret must be specified");
  const timeout = config.SessionTimeout ?? 604_800;
  if (!(timeout >= 1 && timeout <= 604_800))
    throw validationError("The session timeout must be between 1 and 604800 seconds");
  const unauthenticated = config.OnUnauthenticatedRequest ?? "authenticate";
  if (!["deny", "allow", "authenticate"].includes(unauthenticated))
    throw validationError(
      `OnUnauthenticatedRequest '${unauthenticated}' must be one of 'deny, allow, authenticate'`,
    );
  const params = Object.keys(config.AuthenticationRequestExtraParams ?? {});
  if (params.length > limits.extraParamsPerAuthentication)
    throw validationError(
      `You can specify up to '${limits.extraParamsPerAuthentication}' extra parameters of an authentication request`,
    );
  return {
    ...config,
    SessionCookieName: config.SessionCookieName ?? "AWSELBAuthSessionCookie",
    Scope: config.Scope ?? "openid",
    SessionTimeout: timeout,
    OnUnauthenticatedRequest: unauthenticated,
  };
}

/** A provider on this machine may do without TLS, which AWS could not reach. */
export function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  const local = /^127\.|^localhost$|\.localhost$|^\[::1\]$/.test(hostname);
  return protocol === "https:" || (local && protocol === "http:");
}
