/** restJson1. https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
import { AwsError } from "#model/error.ts";
import type { OperationModel, ServiceModel } from "#model/service-model.ts";
import { createJsonDecoders, parseJson, serializationError } from "./json/decode.ts";
import { createJsonEncoders } from "./json/encode.ts";
import { errorMembers, resolveError, type Decoded, type Protocol } from "./protocol.ts";
import { createInputReader, type BodyDecoder } from "./rest/decode.ts";
import { isBoundToHead, writeHeaders, writeReply, type BodyEncoder } from "./rest/encode.ts";
import { createRouter, type Router } from "./rest/route.ts";
import type { StructureShape } from "#model/shape.ts";

const decoderOf = createJsonDecoders({ jsonName: true, binary: false });
const encoderOf = createJsonEncoders({ jsonName: true, binary: false });

const body: BodyDecoder = {
  malformed: (value, name, wanted) =>
    serializationError(`'${value}' for '${name}' is not a valid ${wanted}`),
  members: (shape, bytes) => parseJson(bytes, decoderOf(shape)) as Record<string, unknown>,
  payload: (member, bytes) => parseJson(bytes, decoderOf(member.shape)),
};

const encodeValue = (shape: Parameters<typeof encoderOf>[0], value: unknown): string => {
  const encode = encoderOf(shape);
  return JSON.stringify(encode ? encode(value) : value);
};

const reply: BodyEncoder = {
  contentType: "application/json",
  members: (shape, value) => encodeValue(shape, withoutHead(shape, value)),
  payload: (member, value) => encodeValue(member.shape, value),
  events: {
    contentType: "application/json",
    initialResponse: false,
    encode: (shape, value) => Buffer.from(encodeValue(shape, value)),
  },
};

const routers = new WeakMap<ServiceModel, Router>();
const readers = new WeakMap<OperationModel, ReturnType<typeof createInputReader>>();

export const restJson: Protocol = {
  decode(model, { request, body: payload }) {
    let router = routers.get(model);
    if (!router) routers.set(model, (router = createRouter(model, ({ http }) => http!.path)));
    const route = router(request, request.target);
    if (!route)
      throw new AwsError({
        code: "UnknownOperationException",
        status: 404,
        message: `${request.method} ${request.target.split("?")[0]} is no operation of ${model.service}.`,
      });
    const { operation } = route;
    let reader = readers.get(operation);
    if (!reader) readers.set(operation, (reader = createInputReader(operation, body)));
    const input = reader(request, route, payload);
    const decoded = (value: unknown): Decoded => ({ model, operation, input: value });
    return input instanceof Promise ? input.then(decoded) : decoded(input);
  },
  encode({ output: shape, http }, output, { requestId }) {
    const members = (output ?? {}) as Record<string, unknown>;
    const encoded = writeReply(shape, members, http?.status ?? 200, reply);
    encoded.headers["x-amzn-requestid"] = requestId;
    return encoded;
  },
  encodeError(model, error, { requestId }) {
    const { name, status } = resolveError(model, error);
    const shape = model?.errors.get(error.code)?.shape;
    return {
      status,
      headers: {
        ...(shape && writeHeaders(shape, error.members)),
        "x-amzn-requestid": requestId,
        "x-amzn-errortype": name,
        "content-type": "application/json",
      },
      body: JSON.stringify(errorMembers(model, inBody(shape, error), encoderOf)),
    };
  },
};

function inBody(shape: StructureShape | undefined, error: AwsError): AwsError {
  if (!shape) return error;
  const { code, message, members } = error;
  return new AwsError({ code, message, members: withoutHead(shape, members) });
}

/** What is left for the body. */
function withoutHead(
  shape: StructureShape,
  value: Record<string, unknown>,
): Record<string, unknown> {
  if (!shape.members.some(isBoundToHead)) return value;
  const rest = { ...value };
  for (const member of shape.members) if (isBoundToHead(member)) delete rest[member.name];
  return rest;
}
