/** The data channels of sessions, on the gateway's port: what AWS has at wss://ssmmessages.REGION.amazonaws.com. */
import { acceptWebSocket, asksForWebSocket } from "#http/websocket.ts";
import type { Environment, Site } from "#services/kit/service.ts";
import type { State } from "../state.ts";

const path = /^\/v1\/data-channel\/([^?/]+)/;

export function dataChannelSite(_env: Environment, state: State): Site {
  return {
    matches: (request) => path.test(request.target) && asksForWebSocket(request),
    handle(request) {
      const sessionId = decodeURIComponent(path.exec(request.target)![1]!);
      const session = state.sessions.get(sessionId);
      if (!session) return { status: 404, headers: {}, body: "There is no such session.\n" };
      return acceptWebSocket(request, (connection) => session.attach(connection));
    },
  };
}

/** Where a session's data channel is opened, over the address by which its caller came. */
export function streamUrl(baseUrl: string, sessionId: string): string {
  const origin = baseUrl.replace(/^http/, "ws");
  return `${origin}/v1/data-channel/${encodeURIComponent(sessionId)}?role=publish_subscribe`;
}
