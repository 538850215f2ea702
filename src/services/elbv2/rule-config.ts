/** From rules' records to what the data plane is told. */
import type {
  Action,
  RuleCondition,
  RuleTransform,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Environment } from "#services/kit/service.ts";
import type {
  ActionConfig,
  ConditionConfig,
  OidcConfig,
  RuleConfig,
  TokenConfig,
} from "#traffic/application/config.ts";
import { asksClients } from "./actions.ts";
import type { ListenerRecord, RuleRecord } from "./records.ts";
import { wallTime } from "#services/kit/load-balancing/wall-time.ts";

/** In order of priority, the default rule last. */
export function ruleConfigs(
  env: Environment,
  listener: ListenerRecord,
  own: readonly RuleRecord[],
): RuleConfig[] {
  return [
    ...own.map((rule) => ({
      arn: rule.arn,
      priority: rule.priority,
      conditions: rule.conditions.map(conditionConfig),
      transforms: (rule.transforms ?? []).map(transformConfig),
      ...actionsConfig(env, rule.actions),
    })),
    { arn: listener.defaultRuleArn, conditions: [], ...actionsConfig(env, listener.actions) },
  ];
}

function actionsConfig(env: Environment, actions: readonly Action[]) {
  return {
    action: actionConfig(env, actions),
    authentication: oidcConfig(env, actions),
    token: tokenConfig(actions),
  };
}

function conditionConfig(condition: RuleCondition): ConditionConfig {
  switch (condition.Field) {
    case "http-header": {
      const { HttpHeaderName = "", Values = [], RegexValues } = condition.HttpHeaderConfig!;
      const values = RegexValues ?? Values;
      return { field: "http-header", name: HttpHeaderName, values, regex: Boolean(RegexValues) };
    }
    case "query-string": {
      const pairs = condition.QueryStringConfig!.Values ?? [];
      return {
        field: "query-string",
        pairs: pairs.map(({ Key, Value }) => ({ key: Key, value: Value ?? "" })),
      };
    }
    case "http-request-method":
      return {
        field: "http-request-method",
        values: condition.HttpRequestMethodConfig!.Values ?? [],
      };
    case "source-ip":
      return { field: "source-ip", values: condition.SourceIpConfig!.Values ?? [] };
    case "host-header":
      return { field: "host-header", ...valuesOf(condition) };
    default:
      return { field: "path-pattern", ...valuesOf(condition) };
  }
}

function valuesOf({ Values, RegexValues }: RuleCondition) {
  return RegexValues ? { values: RegexValues, regex: true } : { values: Values ?? [] };
}

function transformConfig({ UrlRewriteConfig, HostHeaderRewriteConfig }: RuleTransform) {
  const [rewrite] = (UrlRewriteConfig ?? HostHeaderRewriteConfig)!.Rewrites!;
  return {
    of: UrlRewriteConfig ? ("url" as const) : ("host" as const),
    regex: rewrite!.Regex!,
    replacement: rewrite!.Replace!,
  };
}

function oidcConfig(env: Environment, actions: readonly Action[]): OidcConfig | undefined {
  const config = actions.find(({ Type }) => Type === "authenticate-oidc")?.AuthenticateOidcConfig;
  return (
    config && {
      issuer: config.Issuer!,
      authorizationEndpoint: config.AuthorizationEndpoint!,
      tokenEndpoint: config.TokenEndpoint!,
      userInfoEndpoint: config.UserInfoEndpoint!,
      clientId: config.ClientId!,
      clientSecret: config.ClientSecret!,
      cookieName: config.SessionCookieName!,
      scope: config.Scope!,
      sessionMs: wallTime(env.clock, config.SessionTimeout! * 1000),
      extraParams: config.AuthenticationRequestExtraParams ?? {},
      unauthenticated: config.OnUnauthenticatedRequest!,
    }
  );
}

function tokenConfig(actions: readonly Action[]): TokenConfig | undefined {
  const config = actions.find(({ Type }) => Type === "jwt-validation")?.JwtValidationConfig;
  return (
    config && {
      keySetUrl: config.JwksEndpoint!,
      issuer: config.Issuer!,
      claims: (config.AdditionalClaims ?? []).map(({ Name, Format, Values }) => ({
        name: Name!,
        format: Format!,
        values: Values!,
      })),
    }
  );
}

function actionConfig(env: Environment, actions: readonly Action[]): ActionConfig {
  const action = actions.find((one) => !asksClients(one));
  const { ForwardConfig, RedirectConfig, FixedResponseConfig } = action!;
  if (RedirectConfig)
    return {
      type: "redirect",
      status: RedirectConfig.StatusCode === "HTTP_301" ? 301 : 302,
      protocol: RedirectConfig.Protocol!,
      host: RedirectConfig.Host!,
      port: RedirectConfig.Port!,
      path: RedirectConfig.Path!,
      query: RedirectConfig.Query!,
    };
  if (FixedResponseConfig)
    return {
      type: "fixed-response",
      status: Number(FixedResponseConfig.StatusCode),
      contentType: FixedResponseConfig.ContentType ?? "text/plain",
      body: FixedResponseConfig.MessageBody ?? "",
    };
  const stickiness = ForwardConfig?.TargetGroupStickinessConfig;
  return {
    type: "forward",
    groups: (ForwardConfig?.TargetGroups ?? []).map(({ TargetGroupArn, Weight }) => ({
      arn: TargetGroupArn!,
      weight: Weight ?? 1,
    })),
    stickinessMs: stickiness?.Enabled
      ? wallTime(env.clock, stickiness.DurationSeconds! * 1000)
      : undefined,
  };
}
