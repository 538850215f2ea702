/**
 * A data channel: messages in order and none twice, over connections that may break and be made anew.
 * What was not acknowledged is sent again.
 */
import type { WebSocketConnection } from "#http/websocket.ts";
import type { Clock, Timer } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import { decodeMessage, encodeMessage, type MessageType } from "./message.ts";

/** The plugin drops what it is not ready for, and waits for it to be sent again. */
const resendMs = 500;
/** Messages on their way at one time; then whoever produces them has to wait. */
const mostUnacknowledged = 256;

export interface ChannelListener {
  data(payloadType: number, payload: Buffer): void;
  /** So many messages have arrived that more can be sent. */
  ready(): void;
}

export class Channel {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #listener: ChannelListener;
  #connection: WebSocketConnection | undefined;
  #unacknowledged = new Map<number, { bytes: Buffer; sentMs: number }>();
  #nextSequence = 0;
  #expected = 0;
  /** What came before its turn. */
  #early = new Map<number, { payloadType: number; payload: Buffer }>();
  #timer: Timer | undefined;
  #full = false;

  constructor(clock: Clock, random: Random, listener: ChannelListener) {
    this.#clock = clock;
    this.#random = random;
    this.#listener = listener;
  }

  /** From now on messages go this way; what nobody acknowledged goes there again. */
  connect(connection: WebSocketConnection): void {
    this.#connection = connection;
    for (const message of this.#unacknowledged.values()) this.#transmit(message);
    this.#watch();
  }

  disconnect(connection: WebSocketConnection): boolean {
    if (this.#connection !== connection) return false;
    this.#connection = undefined;
    this.#timer?.cancel();
    this.#timer = undefined;
    return true;
  }

  /** False when the producer should wait for `ready`. */
  send(payloadType: number, payload: Uint8Array | string): boolean {
    const sequence = this.#nextSequence++;
    const bytes = this.#encode("output_stream_data", { sequence, payloadType, payload });
    const message = { bytes, sentMs: 0 };
    this.#unacknowledged.set(sequence, message);
    this.#transmit(message);
    this.#watch();
    this.#full ||= this.#unacknowledged.size >= mostUnacknowledged;
    return !this.#full;
  }

  /** Says that the session is over, and why. */
  close(sessionId: string, output: string): void {
    const id = this.#random.uuid();
    const payload = JSON.stringify({
      MessageId: id,
      CreatedDate: String(Math.floor(this.#clock.wall.now())),
      DestinationId: "",
      SessionId: sessionId,
      MessageType: "channel_closed",
      SchemaVersion: 1,
      Output: output,
    });
    this.#connection?.send(this.#encode("channel_closed", { payload }));
    this.#connection?.close();
    this.#timer?.cancel();
  }

  receive(bytes: Buffer): void {
    const message = decodeMessage(bytes);
    if (!message) return;
    if (message.type === "acknowledge") return this.#acknowledged(message.payload);
    if (message.type !== "input_stream_data") return;
    const content = JSON.stringify({
      AcknowledgedMessageType: message.type,
      AcknowledgedMessageId: message.id,
      AcknowledgedMessageSequenceNumber: message.sequence,
      IsSequentialMessage: true,
    });
    this.#connection?.send(this.#encode("acknowledge", { flags: 3, payload: content }));
    if (message.sequence < this.#expected) return;
    this.#early.set(message.sequence, message);
    for (;;) {
      const next = this.#early.get(this.#expected);
      if (!next) return;
      this.#early.delete(this.#expected++);
      this.#listener.data(next.payloadType, next.payload);
    }
  }

  #acknowledged(payload: Buffer): void {
    let sequence: unknown;
    try {
      const content = JSON.parse(payload.toString()) as Record<string, unknown>;
      sequence = content["AcknowledgedMessageSequenceNumber"];
    } catch {
      // Not a message of the plugin's: what it should have acknowledged is sent again.
      return;
    }
    this.#unacknowledged.delete(Number(sequence));
    if (!this.#full || this.#unacknowledged.size > mostUnacknowledged / 2) return;
    this.#full = false;
    this.#listener.ready();
  }

  #encode(
    type: MessageType,
    given: {
      sequence?: number;
      flags?: number;
      payloadType?: number;
      payload: Uint8Array | string;
    },
  ): Buffer {
    const { payload, payloadType = 0, sequence = 0 } = given;
    const bytes = typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
    // The first message says that counting begins.
    const flags = given.flags ?? (type === "output_stream_data" && sequence === 0 ? 1 : 0);
    const message = { type, sequence, flags, payloadType, payload: bytes };
    return encodeMessage({ ...message, id: this.#random.uuid() }, this.#clock.wall.now());
  }

  #transmit(message: { bytes: Buffer; sentMs: number }): void {
    message.sentMs = this.#clock.wall.monotonic();
    this.#connection?.send(message.bytes);
  }

  /** Looks after messages that nobody acknowledges. */
  #watch(): void {
    if (this.#timer || !this.#connection || this.#unacknowledged.size === 0) return;
    this.#timer = this.#clock.wall.after(resendMs, () => {
      this.#timer = undefined;
      const lateMs = this.#clock.wall.monotonic() - resendMs;
      for (const message of this.#unacknowledged.values())
        if (message.sentMs <= lateMs) this.#transmit(message);
      this.#watch();
    });
  }
}
