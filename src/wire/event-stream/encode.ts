/** Turns an operation's stream of events into frames, by the schema of its event union. */
import type { ByteStream } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import type { Member, Shape, StructureShape } from "#model/shape.ts";
import { encodeFrame, type EventHeader } from "./frame.ts";

/** The part that differs between protocols. */
export interface EventCodec {
  /** Of payloads that are structures. */
  readonly contentType: string;
  encode(shape: Shape, value: unknown): Uint8Array;
  /** RPC protocols send the members beside the stream as a first event. */
  readonly initialResponse: boolean;
}

const streamMembers = new WeakMap<StructureShape, Member | null>();

/** The member that carries events, if the shape has one. */
export function eventStreamMember(shape: StructureShape): Member | undefined {
  let member = streamMembers.get(shape);
  if (member === undefined) {
    member = shape.members.find(({ shape: target }) => isEventUnion(target)) ?? null;
    streamMembers.set(shape, member);
  }
  return member ?? undefined;
}

function isEventUnion(shape: Shape): boolean {
  return shape.kind === "structure" && shape.traits.streaming !== undefined;
}

export async function* encodeEvents(
  output: StructureShape,
  value: unknown,
  codec: EventCodec,
): ByteStream & AsyncGenerator<Uint8Array> {
  const stream = eventStreamMember(output)!;
  const { [stream.name]: events, ...rest } = value as Record<string, unknown>;
  if (codec.initialResponse)
    yield encodeFrame(
      eventHeaders("initial-response", codec.contentType),
      codec.encode(output, rest),
    );
  try {
    for await (const event of (events ?? []) as AsyncIterable<Record<string, unknown>>)
      yield encodeEvent(stream.shape as StructureShape, event, codec);
  } catch (error) {
    // The status line is long gone: the failure travels as a last frame.
    if (!(error instanceof AwsError)) throw error;
    yield encodeFailure(stream.shape as StructureShape, error, codec);
  }
}

function encodeEvent(
  union: StructureShape,
  event: Record<string, unknown>,
  codec: EventCodec,
): Uint8Array {
  const [name] = Object.keys(event).filter((key) => event[key] !== undefined);
  const member = union.members.find((candidate) => candidate.name === name);
  if (!member || member.shape.kind !== "structure")
    throw new TypeError(`${union.name} has no event ${name}`);
  const value = event[member.name] as Record<string, unknown>;
  const headers: Record<string, EventHeader> = {};
  let payload: { contentType: string; bytes: Uint8Array } | undefined;
  let bound = false;
  for (const { name: part, traits, shape } of member.shape.members) {
    const item = value[part];
    if (traits.eventHeader) {
      bound = true;
      if (item !== undefined) headers[part] = item as EventHeader;
    } else if (traits.eventPayload) {
      bound = true;
      if (item !== undefined) payload = encodePayload(shape, item, codec);
    }
  }
  if (!bound && member.shape.members.length > 0)
    payload = { contentType: codec.contentType, bytes: codec.encode(member.shape, value) };
  return encodeFrame(
    { ...eventHeaders(member.name, payload?.contentType), ...headers },
    payload?.bytes ?? new Uint8Array(),
  );
}

function encodePayload(shape: Shape, value: unknown, codec: EventCodec) {
  if (shape.kind === "blob") {
    const bytes = typeof value === "string" ? Buffer.from(value) : (value as Uint8Array);
    return { contentType: "application/octet-stream", bytes };
  }
  if (shape.kind === "string")
    return { contentType: "text/plain", bytes: Buffer.from(value as string) };
  return { contentType: codec.contentType, bytes: codec.encode(shape, value) };
}

function encodeFailure(union: StructureShape, error: AwsError, codec: EventCodec): Uint8Array {
  const member = union.members.find(({ shape }) => shape.name === error.code);
  if (!member)
    return encodeFrame(
      { ":message-type": "error", ":error-code": error.code, ":error-message": error.message },
      new Uint8Array(),
    );
  return encodeFrame(
    {
      ":message-type": "exception",
      ":exception-type": member.name,
      ":content-type": codec.contentType,
    },
    codec.encode(member.shape, { ...error.members, message: error.message }),
  );
}

function eventHeaders(type: string, contentType: string | undefined): Record<string, EventHeader> {
  return {
    ":message-type": "event",
    ":event-type": type,
    ...(contentType !== undefined && { ":content-type": contentType }),
  };
}
