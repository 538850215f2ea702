/** The one port: what happens to a request, in order. */
import type { Clock } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Random } from "#runtime/random.ts";
import { BrokenRequestError } from "#http/broken-request.ts";
import type { HttpHandler, HttpReply, HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import type { Output, ServiceName } from "#model/sdk.ts";
import { decode, encode, encodeError, identify, type Decoded } from "#wire/wire.ts";
import type {
  Credential,
  CrossOriginRules,
  Environment,
  RequestContext,
  Site,
} from "#services/kit/service.ts";
import { administrate, type Administration } from "./admin.ts";
import type { AuthMode } from "./auth-mode.ts";
import { createAuthenticator } from "./authenticate.ts";
import { judgePage, type PageVerdict } from "./cors.ts";
import { createUploads, isUploadForm } from "./upload-form.ts";
import { createHostGuard } from "./host-guard.ts";
import { isVisit, welcome } from "./welcome.ts";

/** What a request says about itself. `client` tells when nobody waits for the answer any more. */
type RequestFacts = Omit<RequestContext, keyof Environment | "signal"> & {
  readonly client: Pick<HttpRequest, "signal">;
};

/** The services behind the port, as far as the gateway knows them. */
export interface Backend {
  invoke(
    service: ServiceName,
    operation: string,
    input: unknown,
    facts: RequestFacts,
  ): Promise<unknown>;
  sites(): readonly Site[];
  crossOrigin(): readonly CrossOriginRules[];
  findCredential(accessKeyId: string): Promise<Credential | undefined>;
}

export interface GatewayOptions {
  auth: AuthMode;
  defaultRegion: string;
  /** The account of callers who name no other. */
  defaultAccount: string;
  rootCredential: Credential;
  /** Host names, besides local ones, that requests may carry; their pages may call, too. */
  allowedHosts: ReadonlySet<string>;
  clock: Clock;
  random: Random;
  log: Log;
  /** Asked anew for each request: a reset replaces it. */
  backend: () => Backend;
  administration: Administration;
}

export function createGateway(options: GatewayOptions): HttpHandler {
  const { allowedHosts, administration, backend, clock, log } = options;
  const isTrustedHost = createHostGuard(allowedHosts);
  const authenticate = createAuthenticator(options);
  const openUpload = createUploads(options);
  const identifyCaller = async (request: HttpRequest) => authenticate(identify(request), request);

  const handle = (request: HttpRequest): HttpReply | Promise<HttpReply> => {
    // A page that lured a browser here by DNS must not get an answer.
    if (!isTrustedHost(request.headers.host)) return answerForeign(request, backend().sites());
    // Traffic of load balancers and websites is none of the API's business.
    for (const site of backend().sites())
      if (site.matches(request)) return site.handle(request, identifyCaller);
    // Browsers' pages: who asks first gets an answer, and who may not call is refused.
    const page = judgePage(request, allowedHosts, backend());
    if (page?.answer) return page.answer;
    // Fogbank's own endpoints, which no bucket's rules can open to a page from elsewhere.
    const own = page?.isForeign ? undefined : administrate(request, administration);
    if (own) return own;
    // A person who looks what is here.
    if (isVisit(request))
      return welcome({ ...options, version: administration.version }, baseUrlOf(request));
    // Everything else is the AWS API.
    return answerApi(request, page);
  };

  const answerApi = async (request: HttpRequest, page?: PageVerdict): Promise<HttpReply> => {
    const requestId = options.random.uuid();
    const identified = identify(request);
    const reply = { identified, request, requestId };
    let decoded: Decoded | undefined;
    try {
      // A browser's form stands for a PutObject, and its policy for a signature.
      const upload = isUploadForm(identified, request)
        ? await openUpload(identified, request)
        : undefined;
      // Who calls, and is it really them? The payload comes back as the operation shall see it.
      const authenticated = upload
        ? { caller: upload.caller, body: upload.put.body }
        : authenticate(identified, request);
      // What is known already is not waited for: each wait costs a small request a turn of the queue.
      const { caller, body } =
        authenticated instanceof Promise ? await authenticated : authenticated;
      // Which operation, with which input?
      const decoding = decode(identified, upload?.put ?? request, body);
      decoded = decoding instanceof Promise ? await decoding : decoding;
      // Do it.
      const output = await backend().invoke(
        decoded.model.service,
        decoded.operation.name,
        decoded.input,
        {
          account: caller.account,
          region: identified.region ?? options.defaultRegion,
          isRegionAssumed: identified.region === undefined,
          principal: caller,
          requestId,
          client: request,
          baseUrl: baseUrlOf(request),
          sourceIp: request.remoteAddress,
          userAgent: request.headers["user-agent"] ?? "",
        },
      );
      const answer = upload?.answer(output as Output<"s3", "PutObject">);
      return withHeaders(answer ?? encode(decoded, output, reply), page?.headers);
    } catch (error) {
      const known = error instanceof AwsError ? error : unexpected(error, requestId, log);
      return withHeaders(encodeError(known, reply, decoded), page?.headers);
    }
  };

  if (!log.enabled("debug")) return handle;
  return async (request) => {
    const startMs = clock.wall.monotonic();
    const reply = await handle(request);
    const durationMs = Math.round((clock.wall.monotonic() - startMs) * 1000) / 1000;
    const { method, target, headers } = request;
    const operation = headers["x-amz-target"];
    log.debug("request", { method, target, operation, status: reply.status, durationMs });
    return reply;
  };
}

function unexpected(error: unknown, requestId: string, log: Log): AwsError {
  if (!(error instanceof BrokenRequestError)) return internalFailure(error, requestId, log);
  // The client's affair, and the answer is to nobody.
  log.debug("a request broke off", { requestId, error });
  return new AwsError({
    code: "IncompleteBody",
    status: 400,
    message: "The request body terminated unexpectedly",
  });
}

/** A defect of Fogbank's: the client gets AWS's words for it, the log gets the cause. */
function internalFailure(error: unknown, requestId: string, log: Log): AwsError {
  log.error("a request failed", { requestId, error });
  return new AwsError({
    code: "InternalFailure",
    status: 500,
    message:
      "The request processing has failed because of an unknown error, exception or failure. Fogbank's log has the cause.",
  });
}

/** How the client reached the gateway: queue URLs and the like must lead back the same way. */
function baseUrlOf(request: HttpRequest): string {
  return `http://${request.headers.host ?? `127.0.0.1:${request.localPort}`}`;
}

/** A domain of somebody's own may be the name of a website; all else under such a name is refused. */
async function answerForeign(request: HttpRequest, sites: readonly Site[]): Promise<HttpReply> {
  for (const site of sites) {
    const reply = await site.handleForeign?.(request);
    if (reply) return reply;
  }
  return plain(
    403,
    `Fogbank does not answer to the host "${request.headers.host}". If it is yours, start with --allowed-hosts.`,
  );
}

function withHeaders(reply: HttpReply, headers: HttpReply["headers"] | undefined): HttpReply {
  if (headers) Object.assign(reply.headers, headers);
  return reply;
}

function plain(status: number, text: string): HttpReply {
  return { status, headers: { "content-type": "text/plain" }, body: `${text}\n` };
}
