/**
 * Tells from a request's head alone which service it is for and which protocol it speaks. The
 * request decides: SQS and CloudWatch are spoken in several protocols.
 */
import type { HttpRequest } from "#http/http.ts";
import { serviceFacts, serviceNames, type ProtocolName } from "#model/facts.ts";
import type { ServiceName } from "#model/sdk.ts";
import type { CredentialScope, Identified } from "./protocol.ts";
import { readScope } from "./sigv4/scope.ts";

const byTarget = new Map<string, ServiceName>();
const bySigningName = new Map<string, ServiceName>();
const byHost = new Map<string, ServiceName>();
for (const name of serviceNames) {
  const { targetPrefix, signingName, hosts } = serviceFacts[name];
  if (targetPrefix) byTarget.set(targetPrefix, name);
  bySigningName.set(signingName, name);
  for (const host of hosts) byHost.set(host, name);
}

/** Query requests that no signature and no host name explain are told apart by `Version`. */
const byVersion = new Map<string, ServiceName>();
for (const name of serviceNames) {
  const { protocols, apiVersion } = serviceFacts[name];
  if (protocols.includes("query") || protocols.includes("ec2-query"))
    byVersion.set(apiVersion, name);
}

/** Signing names that belong to more than one service, of which Fogbank has this version. */
const sharedSigningNames = new Set(["elasticloadbalancing"]);

/** Signing names of services that Fogbank does not have and whose clients read XML alone. */
const foreignXmlNames = new Set(["cloudfront", "s3express", "s3-object-lambda", "s3-outposts"]);

export function identify(request: HttpRequest): Identified {
  const scope = readScope(request);
  const { headers, target, method } = request;
  const amzTarget = headers["x-amz-target"];
  if (amzTarget !== undefined) return identifyJson(request, scope, amzTarget);
  if (headers["smithy-protocol"] === "rpc-v2-cbor") return identifyCbor(request, scope);
  const signed = scope && bySigningName.get(scope.service);
  if (speaksQuery(signed, scope)) {
    const form =
      method === "POST" && headers["content-type"]?.startsWith("application/x-www-form-urlencoded");
    if (form || hasAction(target)) return identifyQuery(request, scope, signed, form === true);
  }
  return identifyRest(request, scope, signed);
}

/** A signature for a service that speaks no query protocol settles that this is none. */
function speaksQuery(signed: ServiceName | undefined, scope: CredentialScope | undefined): boolean {
  if (!signed) return scope === undefined || scope.service !== "s3express";
  const { protocols } = serviceFacts[signed];
  return protocols.includes("query") || protocols.includes("ec2-query");
}

function identifyJson(
  request: HttpRequest,
  scope: CredentialScope | undefined,
  target: string,
): Identified {
  const dot = target.lastIndexOf(".");
  const prefix = target.slice(0, dot);
  const service = byTarget.get(prefix);
  return {
    protocol: "json",
    service,
    operation: target.slice(dot + 1),
    scope,
    region: regionOf(request, scope),
    unknown: service ? undefined : foreignName(scope, prefix),
  };
}

/** A service is called as its clients sign it, unless one that Fogbank has signs the same. */
function foreignName(scope: CredentialScope | undefined, otherwise: string): string {
  return scope && !bySigningName.has(scope.service) ? scope.service : otherwise;
}

const cborPath = /\/service\/([^/?]+)\/operation\/([^/?]+)\/?(?:\?|$)/;

function identifyCbor(request: HttpRequest, scope: CredentialScope | undefined): Identified {
  const [, name, operation] = cborPath.exec(request.target) ?? [];
  const service = name === undefined ? undefined : byTarget.get(name);
  return {
    protocol: "cbor",
    service,
    operation,
    scope,
    region: regionOf(request, scope),
    unknown: service ? undefined : foreignName(scope, name ?? request.target),
  };
}

const noQuery: Pick<URLSearchParams, "get"> = { get: () => null };

function identifyQuery(
  request: HttpRequest,
  scope: CredentialScope | undefined,
  signed: ServiceName | undefined,
  inBody: boolean,
): Identified {
  const search = request.target.indexOf("?");
  const query = search < 0 ? noQuery : new URLSearchParams(request.target.slice(search));
  const version = query.get("Version");
  // Only the version tells the two load balancing services apart, and it may be in the body.
  const shared = scope && sharedSigningNames.has(scope.service);
  const service = shared
    ? undefined
    : (signed ?? hostService(request)?.service ?? (version ? byVersion.get(version) : undefined));
  const hopeless = !service && !shared && (scope !== undefined || !inBody);
  return {
    protocol: service === "ec2" ? "ec2-query" : "query",
    service,
    operation: query.get("Action") ?? undefined,
    scope,
    region: regionOf(request, scope),
    unknown: hopeless ? (scope?.service ?? query.get("Action") ?? "") : undefined,
  };
}

/** Completes what `identify` left open, once `Version` was read from the body. */
export function serviceOfVersion(version: string): ServiceName | undefined {
  return byVersion.get(version);
}

function identifyRest(
  request: HttpRequest,
  scope: CredentialScope | undefined,
  signed: ServiceName | undefined,
): Identified {
  const service = signed ?? (scope ? undefined : (hostService(request)?.service ?? "s3"));
  const protocol = service && serviceFacts[service].protocols.find(isRest);
  return {
    protocol: protocol ?? fallbackProtocol(service, scope),
    service,
    operation: undefined,
    scope,
    region: regionOf(request, scope),
    unknown: service ? undefined : scope?.service,
  };
}

function isRest(protocol: ProtocolName): boolean {
  return protocol === "rest-json" || protocol === "rest-xml";
}

/** In what form to refuse a request that its service's protocols do not explain. */
function fallbackProtocol(
  service: ServiceName | undefined,
  scope: CredentialScope | undefined,
): ProtocolName {
  if (service) return serviceFacts[service].protocols[0]!;
  return scope && foreignXmlNames.has(scope.service) ? "rest-xml" : "rest-json";
}

function regionOf(request: HttpRequest, scope: CredentialScope | undefined): string | undefined {
  if (scope?.region) return scope.region;
  return hostService(request)?.region;
}

function hasAction(target: string): boolean {
  const at = target.indexOf("?");
  return at >= 0 && /[?&]Action=/.test(target.slice(at));
}

const region = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/** "sqs.us-east-1.localhost:4566", "us-east-1.queue.amazonaws.com", "bucket.s3.localhost" … */
function hostService(
  request: HttpRequest,
): { service: ServiceName | undefined; region: string | undefined } | undefined {
  const host = request.headers.host;
  if (host === undefined || /^[\d.:[\]]+$/.test(host)) return undefined;
  const labels = host.toLowerCase().split(":")[0]!.split(".");
  const found = labels.find((label) => region.test(label));
  for (const label of labels.slice(0, -1)) {
    const service = byHost.get(label);
    if (service) return { service, region: found };
  }
  return { service: undefined, region: found };
}
