/** Lays an output out over status, headers and body, by the HTTP traits of its members. */
import type { ByteStream, HttpReply } from "#http/http.ts";
import type { Member, StructureShape } from "#model/shape.ts";
import { encodeEvents, eventStreamMember, type EventCodec } from "../event-stream/encode.ts";
import { isStreaming } from "./decode.ts";
import { createTextWriter } from "./text-value.ts";

type Output = Record<string, unknown>;

export interface BodyEncoder {
  readonly contentType: string;
  /** Members that stand in the body together; undefined leaves the body empty. */
  members(shape: StructureShape, value: Output): string | undefined;
  /** One member that is the whole body. */
  payload(member: Member, value: unknown): string;
  readonly events: EventCodec;
}

type WriteHeader = (output: Output, headers: HttpReply["headers"]) => void;

interface Plan {
  headers: readonly WriteHeader[];
  payload: Member | undefined;
  status: string | undefined;
  inBody: boolean;
}

const plans = new WeakMap<StructureShape, Plan>();

/** Members that travel in the reply's head. */
export function isBoundToHead({ traits }: Member): boolean {
  return (
    traits.httpHeader !== undefined ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpResponseCode !== undefined
  );
}

export function writeReply(
  shape: StructureShape,
  output: Output,
  status: number,
  codec: BodyEncoder,
): HttpReply {
  const plan = planOf(shape);
  const headers = writeHeaders(shape, output);
  const reply: HttpReply = { status, headers };
  if (plan.status !== undefined && output[plan.status] !== undefined)
    reply.status = output[plan.status] as number;
  const body = plan.payload
    ? writePayload(shape, plan.payload, output, codec, headers)
    : plan.inBody
      ? codec.members(shape, output)
      : undefined;
  if (body !== undefined) {
    reply.body = body;
    headers["content-type"] ??= codec.contentType;
  } else reply.body = "";
  return reply;
}

export function writeHeaders(shape: StructureShape, output: Output): HttpReply["headers"] {
  const headers: HttpReply["headers"] = {};
  for (const write of planOf(shape).headers) write(output, headers);
  return headers;
}

function writePayload(
  shape: StructureShape,
  member: Member,
  output: Output,
  codec: BodyEncoder,
  headers: HttpReply["headers"],
): string | Uint8Array | ByteStream | undefined {
  const value = output[member.name];
  if (eventStreamMember(shape) === member) {
    headers["content-type"] = "application/vnd.amazon.eventstream";
    return encodeEvents(shape, output, codec.events);
  }
  if (value === undefined || value === null) return undefined;
  const { kind } = member.shape;
  if (kind === "blob" || kind === "streaming-blob" || isStreaming(member)) {
    headers["content-type"] ??= "application/octet-stream";
    return value as Uint8Array | ByteStream;
  }
  if (kind === "string") {
    headers["content-type"] ??= "text/plain";
    return value as string;
  }
  return codec.payload(member, value);
}

function planOf(shape: StructureShape): Plan {
  let plan = plans.get(shape);
  if (!plan) plans.set(shape, (plan = createPlan(shape)));
  return plan;
}

function createPlan(shape: StructureShape): Plan {
  const headers: WriteHeader[] = [];
  let payload: Member | undefined;
  let status: string | undefined;
  let inBody = false;
  for (const member of shape.members) {
    const { traits, name } = member;
    if (traits.httpResponseCode) status = name;
    else if (traits.httpHeader !== undefined) headers.push(headerWriter(member, traits.httpHeader));
    else if (traits.httpPrefixHeaders !== undefined)
      headers.push(prefixWriter(name, traits.httpPrefixHeaders));
    else if (traits.httpPayload) payload = member;
    else inBody = true;
  }
  return { headers, payload, status, inBody };
}

function headerWriter({ name, traits, shape }: Member, header: string): WriteHeader {
  const write = createTextWriter(shape, traits, "http-date");
  // S3 keeps what a client once sent as Expires, date or not; both members mean that header.
  const field = header === "ExpiresString" ? "expires" : header.toLowerCase();
  return (output, headers) => {
    const value = output[name];
    if (value === undefined || value === null) return;
    if (Array.isArray(value) && value.length === 0) return;
    headers[field] = write(value);
  };
}

function prefixWriter(name: string, prefix: string): WriteHeader {
  return (output, headers) => {
    const values = (output[name] as Record<string, string | undefined> | undefined) ?? {};
    for (const [key, value] of Object.entries(values))
      if (value !== undefined) headers[`${prefix}${key}`] = value;
  };
}
