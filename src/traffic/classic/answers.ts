/**
 * Answers that a classic load balancer gives itself: a head and nothing else.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/ts-elb-error-message.html
 */
import type { HttpReply } from "#http/http.ts";

const reasons: Record<number, string> = {
  400: "BAD_REQUEST",
  405: "METHOD_NOT_ALLOWED",
  408: "REQUEST_TIMEOUT",
  502: "BAD_GATEWAY",
  503: "Service Unavailable: Back-end server is at capacity",
  504: "GATEWAY_TIMEOUT",
};

export function classicAnswer(status: number): HttpReply {
  return { status, reason: reasons[status] ?? "", headers: {}, body: "" };
}

/** What cannot be read is a bad request to it, whatever is wrong with it. */
export function refusalStatus(status: number): number {
  return status === 408 ? 408 : 400;
}
