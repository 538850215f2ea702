/**
 * The server's side of WebSockets (RFC 6455) over a connection that the HTTP server has handed over.
 * Without extensions. Knows nothing of what the messages say.
 */
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import type { HttpReply, HttpRequest } from "./http.ts";
import { joinPieces } from "./incoming-body.ts";

/** Longer messages end the connection with 1009. */
const longestMessageBytes = 1024 * 1024;
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

const opcode = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface WebSocketListener {
  message(payload: Buffer, isText: boolean): void;
  /** Called once, however the connection ends. */
  closed(): void;
}

export interface WebSocketConnection {
  /** False when the client should be given time to take what was sent; `drained` says when. */
  send(payload: string | Uint8Array): boolean;
  drained(listener: () => void): void;
  close(code?: number): void;
}

/** True for a request that asks for a WebSocket as RFC 6455 has it. */
export function asksForWebSocket({ method, headers }: HttpRequest): boolean {
  return (
    method === "GET" &&
    headers["upgrade"]?.toLowerCase() === "websocket" &&
    headers["sec-websocket-version"] === "13" &&
    headers["sec-websocket-key"] !== undefined
  );
}

/** The reply that opens it; `open` is called with the connection and says who listens. */
export function acceptWebSocket(
  request: HttpRequest,
  open: (connection: WebSocketConnection) => WebSocketListener,
): HttpReply {
  const key = request.headers["sec-websocket-key"] ?? "";
  const accept = createHash("sha1")
    .update(key + guid)
    .digest("base64");
  return {
    status: 101,
    headers: { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": accept },
    upgrade: (socket, head) => converse(socket, head, open),
  };
}

function converse(
  socket: Duplex,
  head: Uint8Array,
  open: (connection: WebSocketConnection) => WebSocketListener,
): void {
  let over = false;
  let rest: Buffer = Buffer.from(head);
  /** Fragments of the message that has begun. */
  let pieces: Buffer[] | undefined;
  let size = 0;
  let isText = false;

  const write = (code: number, payload: Uint8Array) =>
    over || socket.destroyed ? true : socket.write(frame(code, payload));
  const close = (code = 1000) => {
    if (over) return;
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    write(opcode.close, payload);
    over = true;
    socket.end();
  };
  const listener = open({
    send: (payload) =>
      typeof payload === "string"
        ? write(opcode.text, Buffer.from(payload))
        : write(opcode.binary, payload),
    drained: (drained) => void socket.once("drain", drained),
    close,
  });
  const take = (code: number, isLast: boolean, payload: Buffer) => {
    if (code === opcode.ping) {
      // Who pings and takes no answer is not read on.
      if (!write(opcode.pong, payload)) socket.pause();
      return;
    }
    if (code === opcode.pong) return;
    if (code === opcode.close) return close(answerToClose(payload));
    const isFirst = code !== opcode.more;
    // A message begins while another has not ended, or goes on without having begun.
    if (isFirst === (pieces !== undefined)) return close(1002);
    if (isFirst) isText = code === opcode.text;
    pieces ??= [];
    size += payload.length;
    if (size > longestMessageBytes) return close(1009);
    if (payload.length > 0) pieces.push(payload);
    if (!isLast) return;
    const whole = joinPieces(pieces);
    pieces = undefined;
    size = 0;
    if (isText && !isUtf8(whole)) return close(1007);
    listener.message(whole, isText);
  };
  const read = (piece: Uint8Array) => {
    if (over) return;
    rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    for (let found = parseFrame(rest); found !== undefined; found = parseFrame(rest)) {
      if (found === "wrong") return close(1002);
      if (found === "long") return close(1009);
      rest = rest.subarray(found.size);
      take(found.code, found.isLast, found.payload);
      if (over) return;
    }
  };
  socket.on("data", read);
  socket.on("drain", () => socket.resume());
  // An error ends the connection like any other end: there is nobody left to tell.
  socket.on("error", () => socket.destroy());
  socket.once("end", () => close());
  socket.once("close", () => {
    over = true;
    listener.closed();
  });
  if (rest.length > 0) read(Buffer.alloc(0));
  // It was handed over paused.
  socket.resume();
}

/** With what code a client's close is answered (RFC 6455, 7.1.5 and 7.4). */
function answerToClose(payload: Buffer): number {
  if (payload.length === 0) return 1000;
  const code = payload.length === 1 ? 0 : payload.readUInt16BE();
  const known =
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
    (code >= 3000 && code < 5000);
  if (!known) return 1002;
  return isUtf8(payload.subarray(2)) ? code : 1007;
}

function frame(code: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  header[0] = 0x80 | code;
  if (length < 126) header[1] = length;
  else if (length < 65_536) {
    header[1] = 126;
    header.writeUInt16BE(length, 2);
  } else {
    header[1] = 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, payload]);
}

interface Frame {
  code: number;
  isLast: boolean;
  payload: Buffer;
  /** Of the whole frame. */
  size: number;
}

/** Undefined while the frame has not come whole. */
function parseFrame(bytes: Buffer): Frame | "wrong" | "long" | undefined {
  if (bytes.length < 2) return undefined;
  const [first, second] = bytes as unknown as [number, number];
  const code = first & 0x0f;
  const isLast = (first & 0x80) !== 0;
  const isControl = code >= 8;
  const known = (Object.values(opcode) as number[]).includes(code);
  const short = second & 0x7f;
  // Reserved bits, frames of clients that are not masked, and control frames that are long or cut.
  if ((first & 0x70) !== 0 || (second & 0x80) === 0 || !known) return "wrong";
  if (isControl && (!isLast || short > 125)) return "wrong";
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const maskAt = 2 + lengthBytes;
  if (bytes.length < maskAt + 4) return undefined;
  const length =
    short === 126
      ? bytes.readUInt16BE(2)
      : short === 127
        ? Number(bytes.readBigUInt64BE(2))
        : short;
  if (length > longestMessageBytes) return "long";
  const size = maskAt + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(maskAt, maskAt + 4);
  const payload = Buffer.from(bytes.subarray(maskAt + 4, size));
  for (let at = 0; at < length; at++) payload[at]! ^= mask[at % 4]!;
  return { code, isLast, payload, size };
}
