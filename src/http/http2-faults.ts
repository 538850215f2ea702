/** What Node takes for a request of HTTP/2 and none of HTTP/1.1 could be: whoever handles both expects neither. */
import type { HttpRequest } from "./http.ts";
import type { HeadLimits } from "./head.ts";

/** The status that the same request gets over HTTP/1.1; undefined for one that is none of these. */
export function faultOf(
  { method, target, rawHeaders }: HttpRequest,
  limits: HeadLimits,
): number | undefined {
  const lineBytes = method.length + target.length + " ".length * 2 + "HTTP/1.1".length;
  if (lineBytes > limits.requestLineBytes) return 414;
  // Node looks at paths of the schemes http and https alone.
  const hasForm = method === "CONNECT" || target === "*" || /^\/[\x21-\x7e]*$/.test(target);
  if (!hasForm) return 400;
  let headBytes = lineBytes;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name, value] = [rawHeaders[index]!, rawHeaders[index + 1]!];
    if (value.length > limits.fieldBytes) return 431;
    headBytes += name.length + value.length + ": \r\n".length;
  }
  return headBytes > limits.headBytes ? 431 : undefined;
}
