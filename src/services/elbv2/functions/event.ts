/**
 * Requests as functions see them, and functions' answers as clients do.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
 */
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { isFieldValue, isToken } from "#http/syntax.ts";
import { healthChecker } from "#traffic/application/health-check.ts";
import { failureField } from "#traffic/application/function-failure.ts";

const base64 = /^[A-Za-z0-9+/\-_\s]*={0,2}\s*$/;

export interface EventFacts {
  targetGroupArn: string;
  /** Fields and parameters that come several times are lists. */
  multiValue: boolean;
}

export function eventOf(
  request: Pick<HttpRequest, "method" | "target" | "rawHeaders">,
  body: Buffer,
  { targetGroupArn, multiValue }: EventFacts,
): Record<string, unknown> {
  const [path = "", query = ""] = splitOnce(request.target, "?");
  const fields: [string, string][] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2)
    fields.push([request.rawHeaders[at]!.toLowerCase(), request.rawHeaders[at + 1]!]);
  const told = isHealthCheck(fields) ? fields.filter(([name]) => name === "user-agent") : fields;
  // The load balancer does not decode parameters.
  const parameters = query
    .split("&")
    .filter((part) => part !== "")
    .map((part): [string, string] => {
      const [name = "", value = ""] = splitOnce(part, "=");
      return [name, value];
    });
  const isBase64Encoded = body.length > 0 && !isText(new Map(fields));
  return {
    requestContext: { elb: { targetGroupArn } },
    httpMethod: request.method,
    path,
    ...(multiValue
      ? { multiValueQueryStringParameters: lists(parameters), multiValueHeaders: lists(told) }
      : { queryStringParameters: lasts(parameters), headers: lasts(told) }),
    body: body.toString(isBase64Encoded ? "base64" : "utf8"),
    isBase64Encoded,
  };
}

/**
 * A health check's event has no other field than the checker's name; what clients send comes with the load balancer's own.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#lambda-health-checks
 */
function isHealthCheck(fields: readonly [string, string][]): boolean {
  return (
    fields.some(([name, value]) => name === "user-agent" && value === healthChecker) &&
    !fields.some(([name]) => name === "x-amzn-trace-id")
  );
}

/** Content that is text, and not encoded, goes as it is. */
function isText(fields: ReadonlyMap<string, string>): boolean {
  if (fields.has("content-encoding")) return false;
  const type = fields.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  return (
    type.startsWith("text/") ||
    ["application/json", "application/javascript", "application/xml"].includes(type)
  );
}

/** Undefined for an answer that is none: the load balancer says 502 then. */
export function replyOf(payload: Uint8Array, multiValue: boolean): HttpReply | undefined {
  const answer = parseObject(payload);
  const status = Number(answer?.["statusCode"]);
  if (!answer || !Number.isInteger(status) || status < 200 || status > 599) return undefined;
  const { statusDescription, body = "", isBase64Encoded } = answer;
  if (typeof body !== "string") return undefined;
  const given = answer[multiValue ? "multiValueHeaders" : "headers"] ?? {};
  if (typeof given !== "object") return undefined;
  if (isBase64Encoded === true && !base64.test(body)) return undefined;
  const headers: HttpReply["headers"] = {};
  for (const [name, value] of Object.entries(given as Record<string, unknown>)) {
    const values = (Array.isArray(value) ? value : [value]).map(bytesOf);
    if (!isToken(name) || !values.every(isFieldValue)) return undefined;
    const lower = name.toLowerCase();
    if (lower === "content-length" && !values.every((one) => /^\d{1,15}$/.test(one)))
      return undefined;
    if (lower !== failureField) headers[name] = Array.isArray(value) ? values : values[0]!;
  }
  const description = typeof statusDescription === "string" ? statusDescription : "";
  const [, reason] = /^\d{3} ([\t\x20-\x7e]+)$/.exec(description) ?? [];
  return {
    status,
    ...(reason !== undefined && { reason }),
    headers,
    body: isBase64Encoded === true ? Buffer.from(body, "base64") : body,
  };
}

/** Each character is one byte of UTF-8. */
function bytesOf(value: unknown): string {
  return Buffer.from(String(value)).toString("latin1");
}

function parseObject(payload: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function splitOnce(text: string, by: string): string[] {
  const at = text.indexOf(by);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function lasts(pairs: readonly [string, string][]): Record<string, string> {
  return Object.fromEntries(pairs);
}

function lists(pairs: readonly [string, string][]): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [name, value] of pairs) (found[name] ??= []).push(value);
  return found;
}
