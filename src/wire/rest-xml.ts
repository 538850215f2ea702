/** restXml, with S3's own ways. https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html */
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { serviceFacts } from "#model/facts.ts";
import type { OperationModel, ServiceModel } from "#model/service-model.ts";
import type { StructureShape } from "#model/shape.ts";
import {
  factsOf,
  resolveError,
  type Decoded,
  type Protocol,
  type ReplyContext,
} from "./protocol.ts";
import { createInputReader, type BodyDecoder } from "./rest/decode.ts";
import { isBoundToHead, writeHeaders, writeReply, type BodyEncoder } from "./rest/encode.ts";
import { createRouter, type Router } from "./rest/route.ts";
import { bucketOfHost } from "./s3-bucket-host.ts";
import { withUrlHeaders } from "./s3-url-headers.ts";
import { createXmlDecoders } from "./xml/decode.ts";
import { createXmlEncoders } from "./xml/encode.ts";
import { loadedXmlParser, loadXmlParser } from "./xml/parse.ts";
import { escapeXml } from "./xml/text.ts";

const malformed = (value: string, name: string, wanted: string) =>
  new AwsError({
    code: "InvalidArgument",
    status: 400,
    message: `Provided ${name} is not a valid ${wanted}`,
    members: { ArgumentName: name, ArgumentValue: value },
  });

const decoderOf = createXmlDecoders(malformed);
const xml = createXmlEncoders({ timestamps: "date-time-millis", skips: isBoundToHead });
const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n';

const body: BodyDecoder = {
  malformed,
  members: (shape, bytes) => (bytes.length === 0 ? {} : read(shape, bytes)),
  payload: (member, bytes) => read(member.shape as StructureShape, bytes),
};

function read(shape: StructureShape, bytes: Buffer): Record<string, unknown> {
  const root = loadedXmlParser()!(bytes.toString("utf8"));
  if (root === undefined) throw malformedXml();
  return decoderOf(shape)([root], shape.name) as Record<string, unknown>;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
function malformedXml(): AwsError {
  return new AwsError({
    code: "MalformedXML",
    status: 400,
    message:
      "The XML you provided was not well-formed or did not validate against our published schema",
  });
}

const routers = new WeakMap<ServiceModel, Router>();
const readers = new WeakMap<OperationModel, ReturnType<typeof createInputReader>>();

export const restXml: Protocol = {
  decode(model, { request, body: payload }) {
    const bucket = model.service === "s3" ? bucketOfHost(request.headers.host) : undefined;
    const path = bucket === undefined ? request.target : `/${bucket}${request.target}`;
    const route = routerOf(model)(request, path);
    if (!route) throw noSuchMethod(request.method);
    const { operation } = route;
    const head = model.service === "s3" ? { headers: withUrlHeaders(request) } : request;
    let reader = readers.get(operation);
    if (!reader) readers.set(operation, (reader = createInputReader(operation, body)));
    const input =
      loadedXmlParser() || !hasXmlBody(operation)
        ? reader(head, route, payload)
        : loadXmlParser().then(() => reader(head, route, payload));
    const decoded = (value: Record<string, unknown>): Decoded => {
      if (model.service === "s3") describePayload(value, request);
      return { model, operation, input: value };
    };
    return input instanceof Promise ? input.then(decoded) : decoded(input);
  },
  encode(operation, output, context) {
    const { service, http, output: shape } = operation;
    const members = (output ?? {}) as Record<string, unknown>;
    const reply = writeReply(shape, members, http?.status ?? 200, encoderOf(service, operation));
    // The model has no member for the status of a part of an object.
    if (service === "s3" && members.ContentRange !== undefined) reply.status = 206;
    Object.assign(reply.headers, requestIds(service, context));
    return reply;
  },
  encodeError(model, error, context) {
    const { queryCode, name, status, fault } = resolveError(model, error);
    const service = context.identified.service;
    const shape = model?.errors.get(error.code)?.shape;
    const headers: HttpReply["headers"] = {
      ...(shape && writeHeaders(shape, error.members)),
      ...error.headers,
      ...requestIds(service, context),
    };
    if (status === 304) return { status, headers, body: "" };
    headers["content-type"] = service === "s3" ? "application/xml" : "text/xml";
    const details = errorDetails(model, error);
    const text =
      service === "s3"
        ? `<Error><Code>${escapeXml(name)}</Code><Message>${escapeXml(error.message)}</Message>${details}<RequestId>${context.requestId}</RequestId><HostId>${hostId(context)}</HostId></Error>`
        : `<ErrorResponse xmlns="${factsOf(model, context.identified)?.xmlNamespace ?? ""}"><Error><Type>${fault === "client" ? "Sender" : "Receiver"}</Type><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(error.message)}</Message>${details}</Error><RequestId>${context.requestId}</RequestId></ErrorResponse>`;
    return { status, headers, body: `${prolog}${text}` };
  },
};

function hasXmlBody({ input }: OperationModel): boolean {
  return input.members.some(({ traits, shape }) =>
    traits.httpPayload
      ? shape.kind === "structure"
      : traits.httpLabel === undefined &&
        traits.httpQuery === undefined &&
        traits.httpHeader === undefined &&
        traits.httpPrefixHeaders === undefined,
  );
}

/** Members that tell of the body tell of it as it is stored, without the framing it was sent in. */
function describePayload(input: Record<string, unknown>, { headers }: HttpRequest): void {
  const length = headers["x-amz-decoded-content-length"];
  if (length === undefined) return;
  if (input.ContentLength !== undefined) input.ContentLength = Number(length);
  if (typeof input.ContentEncoding !== "string") return;
  const encodings = input.ContentEncoding.split(",").map((encoding) => encoding.trim());
  const kept = encodings.filter((encoding) => encoding !== "aws-chunked").join(",");
  if (kept === "") delete input.ContentEncoding;
  else input.ContentEncoding = kept;
}

/** SDKs put the bucket into the host name, so that the schemas' paths lack it. */
function routerOf(model: ServiceModel): Router {
  let router = routers.get(model);
  if (!router) {
    router = createRouter(model, ({ http, input }) => {
      const bucket = input.members.find(({ name }) => name === "Bucket")?.traits.httpLabel;
      const path = http!.path;
      return model.service === "s3" && bucket && !path.includes("{Bucket}")
        ? `/{Bucket}${path === "/" ? "" : path}`
        : path;
    });
    routers.set(model, router);
  }
  return router;
}

function noSuchMethod(method: string): AwsError {
  return new AwsError({
    code: "MethodNotAllowed",
    status: 405,
    message: "The specified method is not allowed against this resource.",
    members: { Method: method },
  });
}

/** S3's only reply whose one member is the root itself. */
const bareRoots: Readonly<Record<string, string>> = { GetBucketLocation: "LocationConstraint" };

function encoderOf(service: OperationModel["service"], { name }: OperationModel): BodyEncoder {
  const namespace = { xmlNamespace: ["", serviceFacts[service].xmlNamespace] as const };
  const contentType = service === "s3" ? "application/xml" : "text/xml";
  const bareRoot = service === "s3" ? bareRoots[name] : undefined;
  return {
    contentType,
    members(shape, value) {
      if (bareRoot !== undefined) {
        const text = escapeXml((value[bareRoot] as string | undefined) ?? "");
        return `${prolog}<${bareRoot} xmlns="${namespace.xmlNamespace[1]}">${text}</${bareRoot}>`;
      }
      return prolog + xml.element(shape.traits.xmlName ?? shape.name, shape, namespace)(value);
    },
    payload({ traits, shape }, value) {
      const root = traits.xmlName ?? shape.traits.xmlName ?? shape.name;
      return prolog + xml.element(root, shape, namespace)(value);
    },
    events: {
      contentType: "text/xml",
      initialResponse: false,
      encode: (shape, value) => Buffer.from(xml.element(shape.name, shape, {})(value)),
    },
  };
}

/** S3 has many errors that its model does not know, with members that are plain text. */
function errorDetails(model: ServiceModel | undefined, error: AwsError): string {
  const shape = model?.errors.get(error.code)?.shape;
  const known = new Set(shape?.members.map(({ name }) => name));
  const plain = Object.entries(error.members)
    .filter(([name, value]) => !known.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => `<${name}>${escapeXml(String(value))}</${name}>`);
  const modeled = shape ? xml.content(shape)(error.members).inner : "";
  return modeled + plain.join("");
}

function requestIds(service: string | undefined, context: ReplyContext): HttpReply["headers"] {
  if (service !== "s3") return { "x-amzn-requestid": context.requestId };
  return { "x-amz-request-id": context.requestId, "x-amz-id-2": hostId(context) };
}

/** S3's second request id, which only AWS's support could read. */
function hostId({ requestId }: ReplyContext): string {
  return Buffer.from(`fogbank/${requestId}`).toString("base64");
}
