/** Actions of listeners and rules: checked, and completed as AWS returns them. */
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import { readOidc } from "./oidc-input.ts";
import { readArn } from "./arns.ts";
import { invalidAction, unsupported, validationError } from "./errors.ts";
import { limits } from "./limits.ts";
import { readTokenCheck } from "./token-input.ts";

const contentTypes = [
  "text/plain",
  "text/css",
  "text/html",
  "application/javascript",
  "application/json",
];

export function readActions(given: readonly Action[] | undefined): Action[] {
  if (!given || given.length === 0) throw validationError("A listener action must be specified");
  for (const { Type } of given)
    if (Type === "authenticate-cognito") throw unsupported(`actions of type '${Type}'`);
  const actions = given.map(readAction);
  const routing = actions.filter((action) => !asksClients(action));
  if (routing.length > limits.actionsPerRule)
    throw invalidAction(
      "You can specify only one action of type forward, redirect or fixed-response",
    );
  if (routing.length === 0 || actions.length > 2)
    throw invalidAction(
      "A rule must have exactly one action of type forward, redirect or fixed-response, and at most one that authenticates users or validates tokens",
    );
  if (actions.length === 1) return actions;
  if (actions.some(({ Order }) => Order === undefined))
    throw validationError("An action order must be specified when there is more than one action");
  const inOrder = actions.toSorted((a, b) => a.Order! - b.Order!);
  if (inOrder[0]!.Order === inOrder[1]!.Order)
    throw validationError("Action orders must be unique");
  if (inOrder[1] !== routing[0])
    throw invalidAction("The forward, redirect or fixed-response action must be the last one");
  return inOrder;
}

/** What a rule may do before it routes: on listeners that speak TLS only. */
export function asksClients({ Type }: Action): boolean {
  return Type === "authenticate-oidc" || Type === "jwt-validation";
}

/** Target groups that the actions forward to. */
export function targetGroupsOf(actions: readonly Action[]): string[] {
  return actions.flatMap(({ ForwardConfig }) =>
    (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn }) => TargetGroupArn!),
  );
}

/** Secrets of identity providers are told to nobody. */
export function shownActions(actions: readonly Action[]): Action[] {
  return actions.map((action) => {
    if (!action.AuthenticateOidcConfig) return action;
    const { ClientSecret: _hidden, ...shown } = action.AuthenticateOidcConfig;
    return { ...action, AuthenticateOidcConfig: shown };
  });
}

/** The secret that a change of an action leaves as it is. */
export function keepSecrets(actions: Action[], present: readonly Action[]): Action[] {
  const before = present.find((action) => action.AuthenticateOidcConfig)?.AuthenticateOidcConfig;
  return actions.map((action) => {
    const { AuthenticateOidcConfig: given } = action;
    if (!given?.UseExistingClientSecret) return action;
    if (before?.ClientSecret === undefined)
      throw validationError("There is no existing client secret to use");
    const { UseExistingClientSecret: _asked, ...config } = given;
    const ClientSecret = before.ClientSecret;
    return { ...action, AuthenticateOidcConfig: { ...config, ClientSecret } };
  });
}

function readAction(action: Action): Action {
  const order = action.Order === undefined ? {} : { Order: action.Order };
  switch (action.Type) {
    case "authenticate-oidc":
      return { Type: "authenticate-oidc", AuthenticateOidcConfig: readOidc(action), ...order };
    case "jwt-validation":
      return { Type: "jwt-validation", JwtValidationConfig: readTokenCheck(action), ...order };
    case "forward":
      return { Type: "forward", ...readForward(action), ...order };
    case "redirect":
      return { Type: "redirect", RedirectConfig: readRedirect(action), ...order };
    case "fixed-response":
      return { Type: "fixed-response", FixedResponseConfig: readFixedResponse(action), ...order };
    default:
      throw validationError(
        `Action type '${action.Type}' must be one of 'forward,authenticate-oidc,jwt-validation,redirect,fixed-response'`,
      );
  }
}

function readForward({ TargetGroupArn, ForwardConfig }: Action): Partial<Action> {
  const given = ForwardConfig?.TargetGroups ?? [];
  if (TargetGroupArn === undefined && given.length === 0)
    throw validationError("A target group ARN must be specified");
  if (given.length > limits.targetGroupsPerAction)
    throw invalidAction(
      `You can specify up to '${limits.targetGroupsPerAction}' target groups in a forward action`,
    );
  const groups = given.length > 0 ? given : [{ TargetGroupArn, Weight: 1 }];
  const arns = groups.map((group) => group.TargetGroupArn ?? "");
  for (const arn of arns) readArn("target group", arn);
  if (TargetGroupArn !== undefined && (groups.length > 1 || arns[0] !== TargetGroupArn))
    throw validationError(
      "You cannot specify both 'TargetGroupArn' and 'ForwardConfig' with different target groups",
    );
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig;
  const enabled = stickiness?.Enabled ?? false;
  const seconds = stickiness?.DurationSeconds;
  if (enabled && !(seconds !== undefined && seconds >= 1 && seconds <= 604_800))
    throw validationError("Target group stickiness duration must be between 1 and 604800 seconds");
  const [only] = arns;
  return {
    ...(arns.length === 1 && only !== undefined && { TargetGroupArn: only }),
    ForwardConfig: {
      TargetGroups: groups.map((group) => {
        const weight = group.Weight ?? 1;
        if (!(Number.isInteger(weight) && weight >= 0 && weight <= 999))
          throw validationError(`Weight '${weight}' must be between '0' and '999'`);
        return { TargetGroupArn: group.TargetGroupArn!, Weight: weight };
      }),
      TargetGroupStickinessConfig: {
        Enabled: enabled,
        ...(seconds !== undefined && { DurationSeconds: seconds }),
      },
    },
  };
}

function readRedirect({ RedirectConfig }: Action): NonNullable<Action["RedirectConfig"]> {
  if (!RedirectConfig) throw validationError("A redirect action must have a 'RedirectConfig'");
  const config = {
    Protocol: RedirectConfig.Protocol ?? "#{protocol}",
    Port: RedirectConfig.Port ?? "#{port}",
    Host: RedirectConfig.Host ?? "#{host}",
    Path: RedirectConfig.Path ?? "/#{path}",
    Query: RedirectConfig.Query ?? "#{query}",
    StatusCode: RedirectConfig.StatusCode,
  };
  if (config.Port !== "#{port}" && !isPort(config.Port))
    throw invalidAction("The port must be an integer between 1 and 65535, or #{port}");
  if (/^https?:/i.test(config.Host)) throw invalidAction("The host must be a valid host name");
  checkKeywords("host", config.Host, ["host"]);
  checkPath(config.Path);
  checkKeywords("query", config.Query, ["protocol", "host", "port", "path", "query"]);
  const same =
    config.Protocol === "#{protocol}" &&
    config.Port === "#{port}" &&
    config.Host === "#{host}" &&
    config.Path === "/#{path}";
  if (same)
    throw invalidAction("The redirect configuration is not valid because it creates a loop");
  return config;
}

function isPort(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

function checkPath(path: string): void {
  const placeholders = path.match(/#\{[^}]*\}/g) ?? [];
  const known = placeholders.every((one) => ["#{path}", "#{host}", "#{port}"].includes(one));
  if (!path.startsWith("/") || !known || new Set(placeholders).size < placeholders.length)
    throw invalidAction(
      "The Path parameter must be a valid path, should start with a '/' and may contain up to one of each of these placeholders: '#{path}', '#{host}', '#{port}'.",
    );
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html */
function checkKeywords(what: string, text: string, allowed: readonly string[]): void {
  for (const [keyword, name] of text.matchAll(/#\{([^}]*)\}/g))
    if (!allowed.includes(name!))
      throw invalidAction(`The ${what} of a redirect cannot contain the keyword '${keyword}'`);
}

function readFixedResponse({
  FixedResponseConfig,
}: Action): NonNullable<Action["FixedResponseConfig"]> {
  if (!FixedResponseConfig)
    throw validationError("A fixed-response action must have a 'FixedResponseConfig'");
  const { StatusCode, ContentType, MessageBody } = FixedResponseConfig;
  if (ContentType !== undefined && ContentType !== "" && !contentTypes.includes(ContentType))
    throw invalidAction(
      "The ContentType must be one of:'text/html', 'application/json', 'application/javascript', 'text/css', 'text/plain'",
    );
  return {
    StatusCode,
    ...(ContentType !== undefined && ContentType !== "" && { ContentType }),
    ...(MessageBody !== undefined && { MessageBody }),
  };
}
