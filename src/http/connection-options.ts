/** What the connections of one server share. */
import type { Socket } from "node:net";
import type { HttpHandler, HttpLimits, HttpReply, HttpRequest } from "./http.ts";
import type { Outbox } from "./outbox.ts";
import type { ServerConnection } from "./server-connection.ts";
import type { Sweeper } from "./sweeper.ts";

export interface ConnectionOptions {
  handler: HttpHandler;
  limits: HttpLimits;
  sweeper: Sweeper;
  outbox: Outbox;
  onError: (error: unknown) => void;
  refuse: (status: number, detail: string, request?: HttpRequest) => HttpReply;
  /** With the socket when it lives on under another protocol. */
  closed: (connection: ServerConnection, upgraded?: Socket) => void;
}
