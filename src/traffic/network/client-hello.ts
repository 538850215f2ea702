/** What a client says before TLS begins: read ahead of the TLS library, which then reads it again. */
import type { Socket } from "node:net";

const handshakeRecord = 22;
const clientHello = 1;
const alpnExtension = 16;
const recordHeadBytes = 5;
const helloHeadBytes = 4;
/** What is longer is no greeting. */
const mostBytes = 16 * 1024;

export interface Greeting {
  /** The protocols that the client offers, in its order; undefined for none, and for what is no greeting at all. */
  protocols: string[] | undefined;
}

/** Undefined when the client leaves before; else all its bytes are in the connection still, which nobody may have read. */
export function readGreeting(raw: Socket): Promise<Greeting | undefined> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const stop = () => {
      raw.off("readable", read);
      for (const event of ["end", "error", "close"]) raw.off(event, leave);
    };
    const leave = () => {
      stop();
      resolve(undefined);
    };
    const read = () => {
      for (let piece: Buffer | null; (piece = raw.read() as Buffer | null) !== null;)
        bytes = Buffer.concat([bytes, piece]);
      const hello = bytes.length > mostBytes ? undefined : helloIn(bytes);
      if (hello === "more") return;
      stop();
      raw.unshift(bytes);
      resolve({ protocols: hello && protocolsOf(hello) });
    };
    for (const event of ["end", "error", "close"]) raw.on(event, leave);
    raw.on("readable", read);
  });
}

/** The message that a stream of records begins with; undefined if it is another one. */
function helloIn(bytes: Buffer): Buffer | "more" | undefined {
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = 0; ;) {
    if (bytes.length > at && bytes[at] !== handshakeRecord) return undefined;
    if (bytes.length < at + recordHeadBytes) return "more";
    const end = at + recordHeadBytes + bytes.readUInt16BE(at + 3);
    const part = bytes.subarray(at + recordHeadBytes, end);
    parts.push(part);
    length += part.length;
    if (length >= helloHeadBytes) {
      const message = Buffer.concat(parts);
      if (message[0] !== clientHello) return undefined;
      const wanted = helloHeadBytes + message.readUIntBE(1, 3);
      if (length >= wanted) return message.subarray(helloHeadBytes, wanted);
    }
    if (bytes.length < end) return "more";
    at = end;
  }
}

/** https://www.rfc-editor.org/rfc/rfc8446#section-4.1.2, https://www.rfc-editor.org/rfc/rfc7301#section-3.1 */
function protocolsOf(hello: Buffer): string[] | undefined {
  try {
    let at = 2 + 32;
    at += 1 + hello.readUInt8(at);
    at += 2 + hello.readUInt16BE(at);
    at += 1 + hello.readUInt8(at);
    if (at === hello.length) return undefined;
    const end = at + 2 + hello.readUInt16BE(at);
    for (at += 2; at < end;) {
      const type = hello.readUInt16BE(at);
      const length = hello.readUInt16BE(at + 2);
      if (type === alpnExtension) return namesIn(hello.subarray(at + 6, at + 4 + length));
      at += 4 + length;
    }
  } catch (error) {
    // Cut short: the TLS library says what is to be said of it.
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function namesIn(list: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; at < list.length;) {
    const length = list.readUInt8(at);
    names.push(list.subarray(at + 1, at + 1 + length).toString("latin1"));
    at += 1 + length;
  }
  return names;
}
