/** smithy-rpc-v2-cbor. https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
import type { HttpReply } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { readCbor } from "./cbor/read.ts";
import { writeCbor } from "./cbor/write.ts";
import { createJsonDecoders, runDecode } from "./json/decode.ts";
import { createJsonEncoders } from "./json/encode.ts";
import { errorMembers, resolveError, withWhole, type Protocol } from "./protocol.ts";

const decoderOf = createJsonDecoders({ jsonName: false, binary: true });
const encoderOf = createJsonEncoders({ jsonName: false, binary: true });

export const rpcV2Cbor: Protocol = {
  decode(model, { identified, body }) {
    const operation = model.operations.get(identified.operation ?? "");
    if (!operation)
      throw new AwsError({
        code: "UnknownOperationException",
        status: 404,
        message: `${identified.operation} is no operation of ${model.service}.`,
      });
    return withWhole(body, (bytes) => ({
      model,
      operation,
      input: runDecode(decoderOf(operation.input), bytes.length === 0 ? {} : readCbor(bytes)),
    }));
  },
  encode({ output: shape }, output, { requestId }) {
    const encode = encoderOf(shape);
    const value = output ?? {};
    return reply(200, requestId, encode ? encode(value) : value);
  },
  encodeError(model, error, { requestId }) {
    const { name, queryCode, status, fault, modeled } = resolveError(model, error);
    const type = modeled && model ? `${model.namespace}#${name}` : name;
    const failed = reply(status, requestId, {
      __type: type,
      ...errorMembers(model, error, encoderOf),
    });
    if (model?.facts.queryCompatible)
      failed.headers["x-amzn-query-error"] =
        `${queryCode};${fault === "client" ? "Sender" : "Receiver"}`;
    return failed;
  },
};

function reply(status: number, requestId: string, value: unknown): HttpReply {
  return {
    status,
    headers: {
      "x-amzn-requestid": requestId,
      "smithy-protocol": "rpc-v2-cbor",
      "content-type": "application/cbor",
    },
    body: writeCbor(value),
  };
}
