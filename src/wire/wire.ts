/**
 * The wire as the gateway sees it. One request goes
 *
 *     identify(request)                       what the head says: protocol, service, signer
 *     decode(identified, request, body)       which operation, with which input
 *     encode(decoded, output, context)        its output as a reply, or
 *     encodeError(error, context, decoded)    its failure, in the protocol of the request
 *
 * `body` is the payload as the operation shall see it: the request's own body, or what
 * sigv4/verify.ts made of it. Only streaming operations (S3's PutObject …) take it piece by piece.
 * Nothing here throws anything but AwsError, and a failure of decode is answered by encodeError.
 */
import { WholeBody, type ByteStream, type HttpReply, type HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { serviceFacts, type ProtocolName } from "#model/facts.ts";
import { loadedModel, loadModel } from "#model/load-model.ts";
import type { ServiceName } from "#model/sdk.ts";
import { awsJson } from "./aws-json.ts";
import { awsQuery } from "./aws-query.ts";
import { ec2Query } from "./ec2-query.ts";
import { readForm } from "./form/read-form.ts";
import { serviceOfVersion } from "./identify.ts";
import { readWhole, type Decoded, type DecodeRequest, type Identified } from "./protocol.ts";
import type { Protocol, ReplyContext } from "./protocol.ts";
import { decompressed, isCompressed } from "./request-compression.ts";
import { restJson } from "./rest-json.ts";
import { restXml } from "./rest-xml.ts";
import { rpcV2Cbor } from "./rpc-v2-cbor.ts";

export { identify } from "./identify.ts";
export type { Decoded, Identified, ReplyContext } from "./protocol.ts";

const protocols: Readonly<Record<ProtocolName, Protocol>> = {
  json: awsJson,
  query: awsQuery,
  "ec2-query": ec2Query,
  "rest-json": restJson,
  "rest-xml": restXml,
  cbor: rpcV2Cbor,
};

/** Waits only for a service's first use and for bodies that have not arrived yet or are compressed. */
export function decode(
  identified: Identified,
  request: HttpRequest,
  body: ByteStream,
): Decoded | Promise<Decoded> {
  if (isCompressed(request, identified.protocol))
    return decompressed(body).then((plain) => decodePlain(identified, request, plain));
  return decodePlain(identified, request, body);
}

function decodePlain(
  identified: Identified,
  request: HttpRequest,
  body: ByteStream,
): Decoded | Promise<Decoded> {
  const { service, protocol } = identified;
  const details: DecodeRequest = { identified, request, body };
  if (service === undefined) return decodeByVersion(details);
  if (!serviceFacts[service].protocols.includes(protocol)) throw wrongProtocol(identified, service);
  const model = loadedModel(service);
  if (model) return protocols[protocol].decode(model, details);
  return loadModel(service).then((loaded) => protocols[protocol].decode(loaded, details));
}

export function encode(decoded: Decoded, output: unknown, context: ReplyContext): HttpReply {
  return protocolOf(context, decoded).encode(decoded.operation, output, context);
}

/** `decoded` is missing when the request failed before its operation was known. */
export function encodeError(error: AwsError, context: ReplyContext, decoded?: Decoded): HttpReply {
  const { service } = context.identified;
  const model = decoded?.model ?? (service && loadedModel(service));
  const reply = protocolOf(context, decoded).encodeError(model, error, context);
  if (context.request.method === "HEAD") reply.body = "";
  return reply;
}

function protocolOf({ identified }: ReplyContext, decoded: Decoded | undefined): Protocol {
  // A query request whose service the body told may have been EC2's.
  if (identified.protocol === "query" && decoded?.model.service === "ec2") return ec2Query;
  return protocols[identified.protocol];
}

/** Query requests that are told apart by the `Version` in their body. */
async function decodeByVersion(request: DecodeRequest): Promise<Decoded> {
  const { identified } = request;
  if (identified.unknown !== undefined) throw unknownService(identified.unknown);
  const details = { ...request, body: new WholeBody(await readWhole(request.body)) };
  const form = await readForm(details);
  const version = form.children?.get("Version")?.value ?? "";
  const service = serviceOfVersion(version);
  const signed = identified.scope?.service;
  if (!service || (signed !== undefined && serviceFacts[service].signingName !== signed))
    throw unknownService([signed ?? "a service", version && `with version ${version}`].join(" "));
  const model = await loadModel(service);
  return protocols[service === "ec2" ? "ec2-query" : "query"].decode(model, details);
}

function unknownService(name: string): AwsError {
  return new AwsError({
    code: "NotImplemented",
    status: 501,
    message: `Fogbank does not have ${name || "the service that this request is for"}. See COVERAGE.md for what it has.`,
  });
}

function wrongProtocol({ protocol }: Identified, service: ServiceName): AwsError {
  const { protocols: spoken } = serviceFacts[service];
  return new AwsError({
    code: "UnknownOperationException",
    status: 400,
    message: `${service} is spoken in ${spoken.join(", ")}; this request looks like ${protocol}.`,
  });
}
