/**
 * Messages of the data channel as the Session Manager plugin and agent exchange them: a header of 116
 * bytes, the payload's length, the payload. Numbers are big-endian.
 * https://github.com/aws/session-manager-plugin/blob/mainline/src/message/clientmessage.go
 */
import { createHash } from "node:crypto";

export type MessageType =
  | "input_stream_data"
  | "output_stream_data"
  | "acknowledge"
  | "channel_closed";

export const payloadType = {
  output: 1,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  flag: 10,
} as const;

/** What a payload of the type `flag` says in four bytes. */
export const flag = { disconnectToPort: 1, terminateSession: 2, connectToPortError: 3 } as const;

export interface Message {
  type: string;
  sequence: number;
  flags: number;
  /** A UUID. */
  id: string;
  payloadType: number;
  payload: Buffer;
}

const headerBytes = 116;
const at = {
  type: 4,
  schema: 36,
  created: 40,
  sequence: 48,
  flags: 56,
  id: 64,
  digest: 80,
  payloadType: 112,
  payloadLength: headerBytes,
  payload: headerBytes + 4,
} as const;

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

export function encodeMessage(message: Message, createdMs: number): Buffer {
  const { payload } = message;
  const bytes = Buffer.alloc(at.payload + payload.length);
  bytes.writeUInt32BE(headerBytes, 0);
  bytes.fill(" ", at.type, at.schema);
  bytes.write(message.type, at.type, "latin1");
  bytes.writeUInt32BE(1, at.schema);
  bytes.writeBigUInt64BE(BigInt(Math.floor(createdMs)), at.created);
  bytes.writeBigInt64BE(BigInt(message.sequence), at.sequence);
  bytes.writeBigUInt64BE(BigInt(message.flags), at.flags);
  // The second half of the UUID comes first.
  const id = Buffer.from(message.id.replaceAll("-", ""), "hex");
  id.copy(bytes, at.id, 8, 16);
  id.copy(bytes, at.id + 8, 0, 8);
  sha256(payload).copy(bytes, at.digest);
  bytes.writeUInt32BE(message.payloadType, at.payloadType);
  bytes.writeUInt32BE(payload.length, at.payloadLength);
  payload.copy(bytes, at.payload);
  return bytes;
}

/** Undefined for bytes that are no message, or whose digest is wrong. */
export function decodeMessage(bytes: Buffer): Message | undefined {
  if (bytes.length < at.payload || bytes.readUInt32BE(0) !== headerBytes) return undefined;
  const payload = bytes.subarray(at.payload);
  if (payload.length !== bytes.readUInt32BE(at.payloadLength)) return undefined;
  if (payload.length > 0 && !sha256(payload).equals(bytes.subarray(at.digest, at.payloadType)))
    return undefined;
  const id = Buffer.concat([
    bytes.subarray(at.id + 8, at.digest),
    bytes.subarray(at.id, at.id + 8),
  ]);
  return {
    type: bytes.toString("latin1", at.type, at.schema).replaceAll("\0", "").trim(),
    sequence: Number(bytes.readBigInt64BE(at.sequence)),
    flags: Number(bytes.readBigUInt64BE(at.flags)),
    id: id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    payloadType: bytes.readUInt32BE(at.payloadType),
    payload,
  };
}
