/** Bytes of messages on the wire, as near as one can tell without the engine that sends them. */
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { knownBody, lengthOf } from "#http/outgoing.ts";

/** Status line, Date, Content-Length and the empty line are the engine's. */
const engineBytes = 17 + 37 + 20 + 2;

export function replyHeadSize({ rawHeaders = [], headers }: HttpReply): number {
  let size = engineBytes;
  for (const text of rawHeaders) size += text.length + 2;
  for (const [name, value] of Object.entries(headers))
    for (const one of Array.isArray(value) ? (value as string[]) : [value])
      if (one !== undefined) size += name.length + String(one).length + 4;
  return size;
}

export function requestHeadSize({ method, target, rawHeaders }: HttpRequest): number {
  let size = method.length + target.length + 14;
  for (const text of rawHeaders) size += text.length + 2;
  return size;
}

/** Of a request and an answer that the balancer gave itself; of bodies what is in memory. */
export function exchangeSize(request: HttpRequest, reply: HttpReply): number {
  const { body } = request;
  const known = request.method === "HEAD" ? undefined : knownBody(reply.body);
  return (
    requestHeadSize(request) +
    (body instanceof WholeBody ? body.bytes.length : 0) +
    replyHeadSize(reply) +
    (known ? lengthOf(known.bytes) : 0)
  );
}
