/** Function URLs on the gateway's port: a request is an event, and what the function gives is the answer. */
import { AwsError } from "#model/error.ts";
import { BodyTooLargeError, readBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { anonymousPrincipal } from "#services/kit/principal.ts";
import type { IdentifyCaller, Principal, Site } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { runEvent } from "../invoke/run.ts";
import { traceId } from "../invoke/trace-id.ts";
import { limits } from "../limits.ts";
import { everywhere, latest, permissions } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";
import { functionUrls, urlIds, type UrlRecord } from "./records.ts";
import { mayCallUrl } from "./url-access.ts";
import { urlAnswer } from "./url-answer.ts";
import { corsHeaders, preflight } from "./url-cors.ts";
import { urlEvent } from "./url-event.ts";
import { readUrlId, urlDomain } from "./url-host.ts";

export function urlSite(env: LambdaEnvironment): Site {
  return {
    matches: ({ headers }) => readUrlId(headers["host"]) !== undefined,
    async handle(request, identifyCaller) {
      const found = await find(env, readUrlId(request.headers["host"])!);
      if (!found) return refusal(403, null);
      const startMs = env.clock.wall.monotonic();
      const { scope, url } = found;
      let reply = preflight(request, url.cors);
      if (!reply) {
        reply = await answer(env, found, request, identifyCaller);
        shareWithPages(reply, request, url);
      }
      count(env, scope, url, reply.status, env.clock.wall.monotonic() - startMs);
      return reply;
    },
  };
}

/** The URL's rules take the place of what the function says about pages. */
function shareWithPages({ headers }: HttpReply, request: HttpRequest, { cors }: UrlRecord): void {
  if (!cors) return;
  const given = corsHeaders(request.headers["origin"], cors);
  for (const name of Object.keys(headers))
    if (name.startsWith("access-control-")) delete headers[name];
  Object.assign(headers, given);
}

interface Found {
  scope: Scope;
  url: UrlRecord;
}

function find({ store }: LambdaEnvironment, urlId: string): Promise<Found | undefined> {
  return store.transaction((tx) => {
    const owner = urlIds.view(tx, everywhere, urlId);
    if (!owner) return undefined;
    const { scope, functionName, qualifier } = owner;
    const url = functionUrls.view(tx, scope, functionName, qualifier);
    return url && { scope, url };
  });
}

async function answer(
  env: LambdaEnvironment,
  { scope, url }: Found,
  request: HttpRequest,
  identifyCaller: IdentifyCaller | undefined,
): Promise<HttpReply> {
  const { functionName, qualifier, authType } = url;
  try {
    let { body } = request;
    let caller: Principal = anonymousPrincipal;
    if (authType === "AWS_IAM") {
      if (!isSigned(request) || !identifyCaller) return forbidden();
      const identified = await identify(request, identifyCaller);
      if (identified instanceof AwsError) return refusal(403, identified.message);
      ({ caller, body } = identified);
    }
    const permission = await env.store.transaction((tx) =>
      permissions.get(tx, scope, functionName, qualifier === latest ? "" : qualifier),
    );
    if (!mayCallUrl(scope, url, caller, permission)) return forbidden();
    const bytes = await readBody(body, limits.payloadBytes);
    const requestId = env.random.uuid();
    const domainName = urlDomain(url.urlId, scope.region);
    const event = urlEvent(request, bytes, {
      urlId: url.urlId,
      domainName,
      requestId,
      traceId: traceId(env),
      nowMs: env.clock.now(),
      port: Number(/:(\d+)$/.exec(request.headers["host"] ?? "")?.[1] ?? 80),
      caller: authType === "AWS_IAM" ? caller : undefined,
    });
    const ran = await runEvent(env, {
      reference: { scope, name: functionName, qualifier },
      requestId,
      payload: Buffer.from(JSON.stringify(event)),
      clientContext: undefined,
    });
    const reply =
      ran.functionError === undefined ? urlAnswer(ran.payload, url.invokeMode) : undefined;
    if (!reply) return failure(requestId);
    reply.headers["x-amzn-requestid"] = requestId;
    return reply;
  } catch (error) {
    if (error instanceof BodyTooLargeError) return refusal(413, "Request Too Long");
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "TooManyRequestsException") return refusal(429, error.message);
    // A function that cannot run is not the client's fault.
    return failure(env.random.uuid());
  }
}

/** What is wrong with a signature is told to whoever made it. */
async function identify(request: HttpRequest, identifyCaller: IdentifyCaller) {
  try {
    return await identifyCaller(request);
  } catch (error) {
    if (error instanceof AwsError) return error;
    throw error;
  }
}

function isSigned({ headers, target }: HttpRequest): boolean {
  return headers["authorization"] !== undefined || /[?&]X-Amz-Signature=/i.test(target);
}

const forbidden = () =>
  refusal(
    403,
    "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
  );

function refusal(status: number, message: string | null): HttpReply {
  const type = status === 429 ? "TooManyRequestsException" : "AccessDeniedException";
  return {
    status,
    headers: {
      "content-type": "application/json",
      ...(status !== 413 && { "x-amzn-errortype": type }),
    },
    body: JSON.stringify({ Message: message }),
  };
}

const failure = (requestId: string): HttpReply => ({
  status: 502,
  headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
  body: "Internal Server Error",
});

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html#urls-cloudwatch */
function count(
  { state }: LambdaEnvironment,
  scope: Scope,
  { functionName, qualifier }: UrlRecord,
  status: number,
  durationMs: number,
): void {
  const { measurements } = state;
  const resource = `${functionName}:${qualifier}`;
  measurements.add(scope, "UrlRequestCount", 1, functionName, resource);
  measurements.add(scope, "UrlRequestLatency", durationMs, functionName, resource);
  if (status >= 400 && status < 500)
    measurements.add(scope, "Url4xxCount", 1, functionName, resource);
  if (status >= 500) measurements.add(scope, "Url5xxCount", 1, functionName, resource);
}
