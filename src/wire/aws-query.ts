/** awsQuery: forms in, XML out. https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
import { AwsError } from "#model/error.ts";
import { serviceFacts } from "#model/facts.ts";
import type { OperationModel, ServiceModel } from "#model/service-model.ts";
import type { Member } from "#model/shape.ts";
import { createFormDecoders } from "./form/decode.ts";
import { readForm } from "./form/read-form.ts";
import type { FormNode } from "./form/tree.ts";
import {
  factsOf,
  resolveError,
  type Decoded,
  type DecodeRequest,
  type Protocol,
} from "./protocol.ts";
import { queueUrlOfPath } from "./queue-path.ts";
import { createXmlEncoders, type XmlEncoders } from "./xml/encode.ts";
import { escapeXml } from "./xml/text.ts";

const decoderOf = createFormDecoders({
  memberNames: queryNames,
  flatLists: false,
  malformed: (value, path, wanted) =>
    new AwsError({
      code: "MalformedInput",
      status: 400,
      message: `'${value}' at '${path}' is not a valid ${wanted}`,
    }),
});

/** Most services print milliseconds; these never do. */
const wholeSeconds = createXmlEncoders({ timestamps: "date-time", skips: () => false });
const milliseconds = createXmlEncoders({ timestamps: "date-time-millis", skips: () => false });
const servicesOfWholeSeconds = new Set(["iam", "sts", "cloudwatch"]);

export const awsQuery: Protocol = {
  decode: (model, request) => decodeForm(model, request, decoderOf),
  encode(operation, output, { requestId }) {
    return {
      status: 200,
      headers: headersOf(requestId),
      body: writerOf(operation)(output, requestId),
    };
  },
  encodeError(model, error, { identified, requestId }) {
    const { queryCode, status, fault } = resolveError(model, error);
    const type = fault === "client" ? "Sender" : "Receiver";
    const members = model ? otherMembers(model, error, encodersOf(model.service)) : "";
    const facts = factsOf(model, identified);
    const namespace = facts ? ` xmlns="${facts.xmlNamespace}"` : "";
    const body = `<ErrorResponse${namespace}><Error><Type>${type}</Type><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(error.message)}</Message>${members}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
    return { status, headers: headersOf(requestId), body };
  },
};

type WriteReply = (output: unknown, requestId: string) => string;

const writers = new WeakMap<OperationModel, WriteReply>();

/** How an operation's replies are written, made at its first one. */
function writerOf(operation: OperationModel): WriteReply {
  let write = writers.get(operation);
  if (!write) writers.set(operation, (write = compileReply(operation)));
  return write;
}

function compileReply({ name, output: shape, service }: OperationModel): WriteReply {
  const result = shape.unit ? () => "" : encodersOf(service).element(`${name}Result`, shape, {});
  const open = `<${name}Response xmlns="${serviceFacts[service].xmlNamespace}">`;
  const close = `</RequestId></ResponseMetadata></${name}Response>`;
  return (output, requestId) =>
    `${open}${result(output ?? {})}<ResponseMetadata><RequestId>${requestId}${close}`;
}

function encodersOf(service: string): XmlEncoders {
  return servicesOfWholeSeconds.has(service) ? wholeSeconds : milliseconds;
}

function headersOf(requestId: string): Record<string, string> {
  return { "x-amzn-requestid": requestId, "content-type": "text/xml" };
}

/** A list that is flattened may be called by its item's name, as older models do (AttributeName.1). */
function queryNames({ name, traits, shape }: Member): string[] {
  const names = new Set([traits.xmlName ?? name]);
  if (shape.kind === "list" && traits.xmlFlattened) {
    names.add(name);
    names.add(name.replace(/s$/, ""));
    if (shape.item.traits.xmlName) names.add(shape.item.traits.xmlName);
  }
  return [...names];
}

type DecoderOf = ReturnType<typeof createFormDecoders>;

/** Finds the operation by `Action` and reads its input; EC2's dialect uses this too. */
export function decodeForm(
  model: ServiceModel,
  request: DecodeRequest,
  decoder: DecoderOf,
): Decoded | Promise<Decoded> {
  const form = readForm(request);
  return form instanceof Promise
    ? form.then((tree) => decodeTree(model, tree, request, decoder))
    : decodeTree(model, form, request, decoder);
}

function decodeTree(
  model: ServiceModel,
  form: FormNode,
  request: DecodeRequest,
  decoder: DecoderOf,
): Decoded {
  const action = form.children?.get("Action")?.value ?? request.identified.operation;
  if (action === undefined)
    throw new AwsError({
      code: "MissingAction",
      status: 400,
      message: "The request must contain the parameter Action",
    });
  const operation = model.operations.get(action);
  if (!operation) throw invalidAction(model, action);
  const input = decoder(operation.input)(form, "");
  if (model.service === "sqs") queueUrlOfPath(operation, input, request.request);
  return { model, operation, input };
}

function invalidAction({ service, facts }: ServiceModel, action: string): AwsError {
  const plain = service === "iam" || service === "sts";
  return new AwsError({
    code: "InvalidAction",
    status: 400,
    message: plain
      ? `Could not find operation ${action} for version ${facts.apiVersion}`
      : `The action ${action} is not valid for this web service.`,
  });
}

/** What a modeled error says besides its message. */
export function otherMembers(model: ServiceModel, error: AwsError, encoders: XmlEncoders): string {
  const shape = model.errors.get(error.code)?.shape;
  if (!shape) return "";
  const members = { ...error.members };
  for (const name of ["message", "Message"]) delete members[name];
  return encoders.content(shape)(members).inner;
}
