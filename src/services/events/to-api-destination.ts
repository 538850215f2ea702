/**
 * Events as HTTP requests. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
 */
import type { HttpParameters } from "@aws-sdk/client-eventbridge";
import { HttpClientError, type HttpClient } from "#http/client.ts";
import { readBody } from "#http/http.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { ConnectionSecret } from "./connections.ts";
import type { Failure } from "./deliver.ts";
import { urlOf } from "./operations/api-destinations.ts";
import {
  apiDestinations,
  connections,
  type ApiDestinationRecord,
  type DeliveryRecord,
} from "./records.ts";
import { inputFor } from "./transform.ts";

/** "API destinations have a maximum execution timeout of 5 seconds." Wall time. */
const timeoutMs = 5000;
const largestReply = 1024 * 1024;
/** Beside 5xx these are tried again. */
const retried = new Set([401, 407, 409, 429]);
const bodiless = new Set(["GET", "HEAD", "OPTIONS"]);
/** Headers that a connection or a rule may not set. */
const reserved = new Set(["host", "content-length", "transfer-encoding", "connection"]);

/** The destination that the target's ARN names; undefined when there is none. */
export function destinationOf(
  { store }: Pick<Environment, "store">,
  { target }: Pick<DeliveryRecord, "target">,
): Promise<ApiDestinationRecord | undefined> {
  const { account = "", region = "", resource = "" } = parseArn(target.Arn ?? "") ?? {};
  const name = resource.split("/")[1] ?? "";
  return store.transaction((tx) => apiDestinations.get(tx, { account, region }, name));
}

/** Undefined once the endpoint has answered that it took the event. */
export async function invoke(
  env: Environment,
  http: HttpClient,
  delivery: DeliveryRecord,
): Promise<Failure | undefined> {
  const { account = "", region = "" } = parseArn(delivery.target.Arn ?? "") ?? {};
  const scope = { account, region };
  const destination = await destinationOf(env, delivery);
  const connection =
    destination &&
    (await env.store.transaction((tx) => connections.get(tx, scope, destination.connection)));
  if (!destination || !connection)
    return gaveUp("NO_RESOURCE", "The API destination or its connection does not exist.");
  if (connection.state !== "AUTHORIZED")
    return gaveUp("NO_PERMISSIONS", `The connection ${connection.name} is not authorized.`);
  const { SecretString = "{}" } = await env.clients
    .secretsmanager(asService(scope, "events.amazonaws.com"))
    .GetSecretValue({ SecretId: connection.secretArn });
  const secret = JSON.parse(SecretString) as ConnectionSecret;
  return post(http, requestFor(destination, secret, delivery));
}

interface OutgoingRequest {
  url: URL;
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** What is sent. Pure. The connection's parameters go before the rule's. */
function requestFor(
  destination: Pick<ApiDestinationRecord, "endpoint" | "method">,
  secret: ConnectionSecret,
  delivery: DeliveryRecord,
): OutgoingRequest {
  const own: HttpParameters = delivery.target.HttpParameters ?? {};
  const fixed = secret.invocation_http_parameters ?? {};
  const values = [...(own.PathParameterValues ?? [])];
  const path = urlOf(destination.endpoint).replaceAll("*", () =>
    encodeURIComponent(values.shift() ?? "*"),
  );
  const url = new URL(path);
  for (const [key, value] of Object.entries(own.QueryStringParameters ?? {}))
    url.searchParams.set(key, value);
  for (const { key, value } of fixed.query_string_parameters ?? [])
    url.searchParams.set(key, value);
  const headers: Record<string, string> = {};
  const set = (name: string, value: string) => {
    if (!reserved.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  };
  set("Content-Type", "application/json; charset=utf-8");
  set("User-Agent", "Amazon/EventBridge/ApiDestinations");
  for (const [name, value] of Object.entries(own.HeaderParameters ?? {})) set(name, value);
  for (const { key, value } of fixed.header_parameters ?? []) set(key, value);
  if ("username" in secret) {
    const pair = Buffer.from(`${secret.username}:${secret.password}`).toString("base64");
    set("Authorization", `Basic ${pair}`);
  } else set(secret.api_key_name, secret.api_key_value);
  const body = bodiless.has(destination.method)
    ? ""
    : withParameters(inputFor(delivery), fixed.body_parameters);
  return { url, method: destination.method, headers, body };
}

/** Body parameters become members of an input that is an object. */
function withParameters(
  input: string,
  parameters: readonly { key: string; value: string }[] = [],
): string {
  if (parameters.length === 0) return input;
  const value = JSON.parse(input) as unknown;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return input;
  const added = Object.fromEntries(parameters.map(({ key, value: text }) => [key, text]));
  return JSON.stringify({ ...value, ...added });
}

async function post(
  http: HttpClient,
  { url, method, headers, body }: OutgoingRequest,
): Promise<Failure | undefined> {
  const secure = url.protocol === "https:";
  try {
    const reply = await http.request({
      address: { host: url.hostname, port: Number(url.port || (secure ? 443 : 80)) },
      ...(secure && { tls: { servername: url.hostname } }),
      method,
      target: `${url.pathname}${url.search}`,
      rawHeaders: Object.entries({ host: url.host, ...headers }).flat(),
      body,
      idleTimeoutMs: timeoutMs,
    });
    await readBody(reply.body, largestReply);
    if (reply.status >= 200 && reply.status < 300) return undefined;
    return {
      code: reply.status === 429 ? "THROTTLING" : "ERROR_FROM_TARGET",
      message: `The endpoint answered with HTTP status ${reply.status}.`,
      hopeless: reply.status < 500 && !retried.has(reply.status),
    };
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    return { code: "TIMEOUT", message: error.message, hopeless: false };
  }
}

function gaveUp(code: string, message: string): Failure {
  return { code, message, hopeless: true };
}
