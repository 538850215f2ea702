/** A session under way: its data channel, and the program or the port at its other end. */
import type { WebSocketConnection, WebSocketListener } from "#http/websocket.ts";
import type { Conversation } from "#compute/driver.ts";
import type { Timer } from "#runtime/clock.ts";
import type { Environment } from "#services/kit/service.ts";
import { agentVersion } from "../managed-instances.ts";
import type { Scope } from "#store/collection.ts";
import { Channel } from "./channel.ts";
import { flag, payloadType } from "./message.ts";
import { portFrom, portOf } from "./open-port.ts";
import { forwardMany, forwardOne, type PortForwarding } from "./ports.ts";
import type { SessionRecord } from "./records.ts";
import { checkLogGroup, deliverTranscript, Transcript } from "./transcript.ts";

const longestPayloadBytes = 16 * 1024;
/** Until the plugin tells another. */
const usualSize = { columns: 80, rows: 24 };
const carriageReturn = 13;

export interface SessionEvents {
  /** True for the newest token of the session. */
  mayOpen(token: string): Promise<boolean>;
  changed(status: "Connected" | "Disconnected"): void;
  ended(status: "Terminated" | "Failed", details: string): void;
}

export class LiveSession {
  readonly #env: Environment;
  readonly #record: SessionRecord;
  readonly #events: SessionEvents;
  readonly #channel: Channel;
  readonly #startedMs: number;
  readonly #scope: Scope;
  readonly #transcript: Transcript | undefined;
  #program: Conversation | undefined;
  #port: PortForwarding | undefined;
  #begun = false;
  #over = false;
  #activeMs: number;
  #timer: Timer | undefined;

  constructor(env: Environment, scope: Scope, record: SessionRecord, events: SessionEvents) {
    this.#env = env;
    this.#scope = scope;
    this.#transcript = record.plan.s3 || record.plan.logs ? new Transcript() : undefined;
    this.#record = record;
    this.#events = events;
    this.#startedMs = this.#activeMs = env.clock.wall.monotonic();
    this.#channel = new Channel(env.clock, env.random, {
      data: (type, payload) => this.#receive(type, payload),
      ready: () => {
        this.#program?.output.resume();
        this.#port?.ready();
      },
    });
    this.#watch();
  }

  /** A client opened a connection; its first message has to bring the token. */
  attach(connection: WebSocketConnection): WebSocketListener {
    let admitted = false;
    const admit = async (text: string) => {
      const { TokenValue } = JSON.parse(text) as { TokenValue?: unknown };
      admitted = typeof TokenValue === "string" && (await this.#events.mayOpen(TokenValue));
      if (!admitted || this.#over) return connection.close(1008);
      this.#events.changed("Connected");
      this.#channel.connect(connection);
      if (!this.#begun) this.#greet();
      this.#begun = true;
    };
    return {
      message: (payload, isText) => {
        if (!isText) {
          if (admitted) this.#channel.receive(payload);
          return;
        }
        admit(payload.toString()).catch((error: unknown) => {
          this.#env.log.warn("a session's data channel was not opened", { error });
          connection.close(1008);
        });
      },
      closed: () => {
        if (this.#channel.disconnect(connection) && !this.#over)
          this.#events.changed("Disconnected");
      },
    };
  }

  end(details = "", status: "Terminated" | "Failed" = "Terminated"): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#program?.end();
    this.#port?.end();
    this.#channel.close(this.#record.sessionId, details);
    this.#events.ended(status, details);
    if (this.#transcript)
      deliverTranscript(this.#env, this.#scope, this.#record, this.#transcript.text()).catch(
        (error: unknown) =>
          this.#env.log.error("a session's output was not delivered", {
            session: this.#record.sessionId,
            error,
          }),
      );
  }

  #greet(): void {
    const { sessionType, properties } = this.#record.plan;
    const action = {
      ActionType: "SessionType",
      ActionParameters: { SessionType: sessionType, Properties: properties },
    };
    const request = { AgentVersion: agentVersion, RequestedClientActions: [action] };
    this.#channel.send(payloadType.handshakeRequest, JSON.stringify(request));
  }

  #receive(type: number, payload: Buffer): void {
    this.#activeMs = this.#env.clock.wall.monotonic();
    if (this.#over) return;
    if (type === payloadType.handshakeResponse) {
      const tookMs = this.#activeMs - this.#startedMs;
      const complete = { HandshakeTimeToComplete: Math.round(tookMs * 1e6), CustomerMessage: "" };
      this.#channel.send(payloadType.handshakeComplete, JSON.stringify(complete));
      this.#begin().catch((error: unknown) =>
        this.end(error instanceof Error ? error.message : String(error), "Failed"),
      );
    } else if (type === payloadType.output) {
      this.#program?.input.write(payload);
      this.#port?.data(payload);
    } else if (type === payloadType.size) void this.#resize(payload);
    else if (type === payloadType.flag) {
      const said = payload.readUInt32BE(0);
      if (said === flag.terminateSession) this.end();
      if (said === flag.disconnectToPort) this.#port?.disconnect();
    }
  }

  async #begin(): Promise<void> {
    const { target, plan } = this.#record;
    const { compute } = this.#env;
    if (plan.port) {
      const { number, host, multiplexed } = plan.port;
      const channel = {
        send: (type: number, bytes: Uint8Array) => this.#send(type, bytes),
        end: (details: string) => this.end(details),
      };
      const open =
        host === undefined
          ? portOf(compute, target, number)
          : portFrom(compute, target, { host, port: number });
      this.#port = (multiplexed ? forwardMany : forwardOne)(open, channel);
      return;
    }
    await checkLogGroup(this.#env, this.#scope, plan);
    const command = plan.command ?? "exec sh";
    const program = await compute.converse(
      target,
      ["/bin/sh", "-c", `cd "$HOME" 2>/dev/null || cd /; ${command}`],
      {
        environment: { TERM: "xterm-256color", AWS_SSM_INSTANCE_ID: target },
        ...(plan.sessionType !== "NonInteractiveCommands" && { terminal: usualSize }),
      },
    );
    if (this.#over) return program.end();
    this.#program = program;
    program.output.on("data", (bytes) => {
      this.#transcript?.add(bytes);
      this.#activeMs = this.#env.clock.wall.monotonic();
      for (let at = 0; at < bytes.length; at += longestPayloadBytes)
        if (!this.#send(payloadType.output, bytes.subarray(at, at + longestPayloadBytes)))
          program.output.pause();
    });
    if (plan.profile) program.input.write(`${plan.profile}${String.fromCodePoint(carriageReturn)}`);
    const [code] = await Promise.all([program.ended, drained(program)]);
    this.end(plan.command !== undefined && code !== 0 ? `exit status ${code}` : "");
  }

  #send(type: number, bytes: Uint8Array): boolean {
    return this.#over || this.#channel.send(type, bytes);
  }

  async #resize(payload: Buffer): Promise<void> {
    try {
      const { cols, rows } = JSON.parse(payload.toString()) as { cols?: unknown; rows?: unknown };
      await this.#program?.resize({ columns: Number(cols), rows: Number(rows) });
    } catch (error) {
      this.#env.log.warn("a session's terminal was not resized", {
        session: this.#record.sessionId,
        error,
      });
    }
  }

  /** Ends what nobody uses, and what has lasted as long as it may. */
  #watch(): void {
    const { wall } = this.#env.clock;
    const { idleMinutes, longestMinutes } = this.#record.plan;
    const idleLeftMs = this.#activeMs + idleMinutes * 60_000 - wall.monotonic();
    const leftMs =
      longestMinutes === undefined
        ? Number.POSITIVE_INFINITY
        : this.#startedMs + longestMinutes * 60_000 - wall.monotonic();
    if (idleLeftMs <= 0) return this.end("Your session timed out due to inactivity.");
    if (leftMs <= 0) return this.end("Your session has reached the maximum session duration.");
    this.#timer = wall.after(Math.min(idleLeftMs, leftMs) + 1, () => this.#watch());
  }
}

function drained({ output }: Conversation): Promise<void> {
  return new Promise((resolve) => {
    if (output.readableEnded) resolve();
    else output.once("end", () => resolve());
  });
}
