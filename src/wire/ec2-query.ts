/** ec2Query: awsQuery with flat lists, capital letters and replies of its own form. https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html */
import { AwsError } from "#model/error.ts";
import { serviceFacts } from "#model/facts.ts";
import type { Member } from "#model/shape.ts";
import { decodeForm, otherMembers } from "./aws-query.ts";
import { createFormDecoders } from "./form/decode.ts";
import { resolveError, type Protocol } from "./protocol.ts";
import { createXmlEncoders } from "./xml/encode.ts";
import { escapeXml } from "./xml/text.ts";

const decoderOf = createFormDecoders({
  memberNames: ({ name, traits }: Member) => [
    traits.ec2QueryName ?? capitalised(traits.xmlName ?? name),
  ],
  flatLists: true,
  malformed: (value, path, wanted) =>
    new AwsError({
      code: "InvalidParameterValue",
      status: 400,
      message: `Value (${value}) for parameter ${path} is invalid. Expected: ${wanted}`,
    }),
});

const xml = createXmlEncoders({ timestamps: "date-time-millis", skips: () => false });
const prolog = '<?xml version="1.0" encoding="UTF-8"?>\n';

export const ec2Query: Protocol = {
  decode: (model, request) => decodeForm(model, request, decoderOf),
  encode({ name, output: shape, service }, output, { requestId }) {
    // Operations that have nothing to say answer that they did it.
    const inner = shape.unit ? "<return>true</return>" : xml.content(shape)(output ?? {}).inner;
    const { xmlNamespace } = serviceFacts[service];
    const body = `${prolog}<${name}Response xmlns="${xmlNamespace}"><requestId>${requestId}</requestId>${inner}</${name}Response>`;
    return { status: 200, headers: headersOf(requestId), body };
  },
  encodeError(model, error, { requestId }) {
    const { queryCode, status } = resolveError(model, error);
    const members = model ? otherMembers(model, error, xml) : "";
    const body = `${prolog}<Response><Errors><Error><Code>${escapeXml(queryCode)}</Code><Message>${escapeXml(error.message)}</Message>${members}</Error></Errors><RequestID>${requestId}</RequestID></Response>`;
    return { status, headers: headersOf(requestId), body };
  },
};

function headersOf(requestId: string): Record<string, string> {
  return { "x-amzn-requestid": requestId, "content-type": "text/xml;charset=UTF-8" };
}

function capitalised(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
