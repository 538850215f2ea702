/** A request as a function sees it: payload format 2.0. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-request-payload */
import type { HttpRequest } from "#http/http.ts";
import { isoSeconds } from "#runtime/date.ts";
import type { Principal } from "#services/kit/service.ts";

export interface UrlEventFacts {
  urlId: string;
  domainName: string;
  requestId: string;
  traceId: string;
  nowMs: number;
  /** The port that the client named. */
  port: number;
  /** Undefined where nobody has to sign. */
  caller: Principal | undefined;
}

export function urlEvent(
  request: Pick<HttpRequest, "method" | "target" | "rawHeaders" | "remoteAddress" | "httpVersion">,
  body: Buffer,
  facts: UrlEventFacts,
): Record<string, unknown> {
  const { urlId, domainName, requestId, nowMs, caller } = facts;
  const at = request.target.indexOf("?");
  const rawPath = at < 0 ? request.target : request.target.slice(0, at);
  const rawQueryString = at < 0 ? "" : request.target.slice(at + 1);
  const headers: Record<string, string> = {
    ...joinedFields(request.rawHeaders),
    // Told by Lambda, whatever the client says of it.
    "x-forwarded-for": request.remoteAddress,
    "x-forwarded-port": String(facts.port),
    "x-forwarded-proto": "http",
    "x-amzn-trace-id": facts.traceId,
  };
  const cookies = headers["cookie"]?.split(/;\s*/).filter((cookie) => cookie !== "") ?? [];
  const parameters = parametersOf(rawQueryString);
  const isBase64Encoded = body.length > 0 && !isText(headers);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(parameters && { queryStringParameters: parameters }),
    requestContext: {
      accountId: caller?.account ?? "anonymous",
      apiId: urlId,
      ...(caller && { authorizer: { iam: identityOf(caller) } }),
      domainName,
      domainPrefix: urlId,
      http: {
        method: request.method,
        path: decoded(rawPath),
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.remoteAddress,
        ...(headers["user-agent"] !== undefined && { userAgent: headers["user-agent"] }),
      },
      requestId,
      routeKey: "$default",
      stage: "$default",
      time: logTime(nowMs),
      timeEpoch: Math.floor(nowMs),
    },
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? "base64" : "utf8") }),
    isBase64Encoded,
  };
}

function identityOf({ account, arn, userId, accessKeyId }: Principal) {
  return {
    accessKey: accessKeyId,
    accountId: account,
    callerId: userId,
    cognitoIdentity: null,
    principalOrgId: null,
    userArn: arn,
    userId,
  };
}

/** Fields that come several times are joined with a comma. */
function joinedFields(rawHeaders: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const value = rawHeaders[at + 1]!;
    const between = name === "cookie" ? "; " : ",";
    found[name] = found[name] === undefined ? value : `${found[name]}${between}${value}`;
  }
  return found;
}

function parametersOf(query: string): Record<string, string> | undefined {
  if (query === "") return undefined;
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query))
    found[name] = found[name] === undefined ? value : `${found[name]},${value}`;
  return found;
}

/** Content that is text, and not encoded, goes as it is. */
function isText(headers: Readonly<Record<string, string>>): boolean {
  if (headers["content-encoding"] !== undefined) return false;
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? "";
  return (
    type.startsWith("text/") ||
    /^application\/(json|javascript|xml|[\w.-]+\+(json|xml))$/.test(type)
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A percent sign that encodes nothing stays as it is.
    return path;
  }
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "12/Mar/2020:19:03:58 +0000" */
function logTime(ms: number): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(isoSeconds(ms)) ?? [];
  return `${day}/${months[Number(month) - 1]}/${year}:${time} +0000`;
}
