/**
 * Connections: how API destinations are authorized. What is secret lies in Secrets Manager alone.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-target-connection.html
 */
import type {
  ConnectionAuthResponseParameters,
  ConnectionHttpParameters,
  CreateConnectionAuthRequestParameters,
} from "@aws-sdk/client-eventbridge";
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { connectionNotFound, notSupported, validation } from "./errors.ts";
import { connections, type ConnectionRecord } from "./records.ts";

export function connectionArn(scope: Scope, { name, id }: { name: string; id: string }): string {
  return formatArn("events", scope, `connection/${name}/${id}`);
}

/** Throws ResourceNotFoundException. */
export async function findConnection(
  tx: Transaction,
  scope: Scope,
  name: string,
): Promise<ConnectionRecord> {
  const connection = await connections.get(tx, scope, name);
  if (!connection) throw connectionNotFound(name);
  return connection;
}

/** The value of a connection's secret, in the members that AWS gives it. */
export type ConnectionSecret = (
  | { username: string; password: string }
  | { api_key_name: string; api_key_value: string }
) & { invocation_http_parameters?: SecretParameters };

interface SecretParameters {
  header_parameters?: SecretParameter[];
  query_string_parameters?: SecretParameter[];
  body_parameters?: SecretParameter[];
}

interface SecretParameter {
  key: string;
  value: string;
  is_value_secret: boolean;
}

/** Throws ValidationException where type and parameters do not belong together. */
export function secretOf(
  type: string,
  { BasicAuthParameters: basic, ApiKeyAuthParameters: key, ...rest }: AuthParameters,
): ConnectionSecret {
  if (type === "OAUTH_CLIENT_CREDENTIALS" || rest.OAuthParameters)
    throw notSupported("connections with OAuth client credentials");
  if (rest.ConnectivityParameters) throw notSupported("connections to private endpoints");
  const http = rest.InvocationHttpParameters && secretParameters(rest.InvocationHttpParameters);
  const more = http && Object.keys(http).length > 0 ? { invocation_http_parameters: http } : {};
  if (type === "BASIC" && basic?.Username !== undefined && basic.Password !== undefined && !key)
    return { username: basic.Username, password: basic.Password, ...more };
  if (
    type === "API_KEY" &&
    key?.ApiKeyName !== undefined &&
    key.ApiKeyValue !== undefined &&
    !basic
  )
    return { api_key_name: key.ApiKeyName, api_key_value: key.ApiKeyValue, ...more };
  throw validation(`Authorization parameters do not match the authorization type ${type}.`);
}

export type AuthParameters = CreateConnectionAuthRequestParameters;

function secretParameters(given: ConnectionHttpParameters): SecretParameters {
  const listed = (
    list: { Key?: string; Value?: string; IsValueSecret?: boolean }[] | undefined,
  ): SecretParameter[] =>
    (list ?? []).map(({ Key = "", Value = "", IsValueSecret = false }) => ({
      key: Key,
      value: Value,
      is_value_secret: IsValueSecret,
    }));
  const found: SecretParameters = {
    header_parameters: listed(given.HeaderParameters),
    query_string_parameters: listed(given.QueryStringParameters),
    body_parameters: listed(given.BodyParameters),
  };
  return Object.fromEntries(Object.entries(found).filter(([, list]) => list.length > 0));
}

/** The parameters as everybody may see them. */
export function shownAuth({
  BasicAuthParameters: basic,
  ApiKeyAuthParameters: key,
  InvocationHttpParameters: http,
}: AuthParameters): ConnectionAuthResponseParameters {
  const open = <T extends { Value?: string | undefined; IsValueSecret?: boolean | undefined }>(
    list: readonly T[],
  ) => list.map(({ Value, ...rest }) => (rest.IsValueSecret ? rest : { ...rest, Value }));
  return {
    ...(basic && { BasicAuthParameters: { Username: basic.Username } }),
    ...(key && { ApiKeyAuthParameters: { ApiKeyName: key.ApiKeyName } }),
    ...(http && {
      InvocationHttpParameters: {
        ...(http.HeaderParameters && { HeaderParameters: open(http.HeaderParameters) }),
        ...(http.QueryStringParameters && {
          QueryStringParameters: open(http.QueryStringParameters),
        }),
        ...(http.BodyParameters && { BodyParameters: open(http.BodyParameters) }),
      },
    }),
  };
}
