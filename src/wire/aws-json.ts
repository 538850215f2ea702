/** awsJson 1.0 and 1.1. https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
import { crc32 } from "node:zlib";
import type { HttpReply } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { serviceFacts, type ServiceFacts } from "#model/facts.ts";
import type { OperationModel } from "#model/service-model.ts";
import { encodeEvents, eventStreamMember } from "./event-stream/encode.ts";
import { createJsonDecoders, parseJson } from "./json/decode.ts";
import { createJsonEncoders } from "./json/encode.ts";
import { JsonOutput } from "./json/json-output.ts";
import {
  errorMembers,
  factsOf,
  resolveError,
  withWhole,
  type Protocol,
  type ReplyContext,
} from "./protocol.ts";

const decoderOf = createJsonDecoders({ jsonName: false, binary: false });
const encoderOf = createJsonEncoders({ jsonName: false, binary: false });

export const awsJson: Protocol = {
  decode(model, { identified, body }) {
    const operation = model.operations.get(identified.operation ?? "");
    if (!operation) throw unknownOperation();
    return withWhole(body, (bytes) => ({
      model,
      operation,
      input: parseJson(bytes, decoderOf(operation.input)),
    }));
  },
  encode(operation, output, context) {
    const headers = headersOf(context);
    if (output instanceof JsonOutput) {
      const body = output.toJson();
      addChecksum(headers, context, body, output);
      return { status: 200, headers, body };
    }
    // AWS sends nothing at all where the operation has no output.
    if (operation.output.unit) return { status: 200, headers, body: "" };
    if (eventStreamMember(operation.output)) return encodeStream(operation, output, headers);
    const encode = encoderOf(operation.output);
    const value = output ?? {};
    const body = JSON.stringify(encode ? encode(value) : value);
    addChecksum(headers, context, body);
    return { status: 200, headers, body };
  },
  encodeError(model, error, context) {
    const { name, queryCode, status, fault, modeled } = resolveError(model, error);
    const headers = headersOf(context);
    const facts = factsOf(model, context.identified);
    if (facts?.queryCompatible)
      headers["x-amzn-query-error"] = `${queryCode};${fault === "client" ? "Sender" : "Receiver"}`;
    const body = JSON.stringify({
      __type: errorType(facts, name, modeled),
      ...errorMembers(model, error, encoderOf),
    });
    addChecksum(headers, context, body);
    return { status, headers, body };
  },
};

function unknownOperation(): AwsError {
  return new AwsError({ code: "UnknownOperationException", status: 400, message: "" });
}

function encodeStream(
  operation: OperationModel,
  output: unknown,
  headers: HttpReply["headers"],
): HttpReply {
  const contentType = String(headers["content-type"]);
  headers["content-type"] = "application/vnd.amazon.eventstream";
  const body = encodeEvents(operation.output, output, {
    contentType,
    encode: (shape, value) => {
      const encode = encoderOf(shape);
      return Buffer.from(JSON.stringify(encode ? encode(value) : value));
    },
    initialResponse: true,
  });
  return { status: 200, headers, body };
}

function headersOf({ identified, request, requestId }: ReplyContext): HttpReply["headers"] {
  const own = identified.service && serviceFacts[identified.service].jsonVersion;
  const asked = own ?? askedVersion(request.headers["content-type"]);
  return { "x-amzn-requestid": requestId, "content-type": `application/x-amz-json-${asked}` };
}

function askedVersion(contentType: string | undefined): "1.0" | "1.1" {
  return contentType?.startsWith("application/x-amz-json-1.0") ? "1.0" : "1.1";
}

/** DynamoDB's clients check their replies; see x-amz-crc32 in DynamoDB's low-level API. */
function addChecksum(
  headers: HttpReply["headers"],
  { identified }: ReplyContext,
  body: string,
  output?: JsonOutput,
): void {
  if (identified.service === "dynamodb") headers["x-amz-crc32"] = output?.checksum() ?? crc32(body);
}

/**
 * `__type` as AWS sends it: some services name the namespace of the model, and that of the framework
 * for errors which no model knows; the others give the bare name.
 */
function errorType(facts: ServiceFacts | undefined, name: string, modeled: boolean): string {
  if (!facts?.errorPrefix) return name;
  if (modeled) return `${facts.errorPrefix}#${name}`;
  if (!facts.coralErrors) return name;
  const space = name === "ValidationException" ? "com.amazon.coral.validate" : coralService;
  return `${space}#${name}`;
}

const coralService = "com.amazon.coral.service";
