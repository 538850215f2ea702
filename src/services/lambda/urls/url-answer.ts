/** What a function gave, as the client sees it. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload */
import type { HttpReply } from "#http/http.ts";

/** Undefined for an answer that is none: the client is told 502 then. */
export function urlAnswer(
  payload: Uint8Array,
  invokeMode: "BUFFERED" | "RESPONSE_STREAM",
): HttpReply | undefined {
  const text = Buffer.from(payload).toString();
  const answer = parse(text);
  const isShaped =
    typeof answer === "object" &&
    answer !== null &&
    !Array.isArray(answer) &&
    "statusCode" in answer;
  if (isShaped) return shaped(answer);
  if (invokeMode === "RESPONSE_STREAM")
    return { status: 200, headers: { "content-type": "application/octet-stream" }, body: payload };
  // What names no status is the body itself.
  return { status: 200, headers: { "content-type": "application/json" }, body: text };
}

function shaped(answer: Record<string, unknown>): HttpReply | undefined {
  const { statusCode, headers = {}, body = "", cookies = [], isBase64Encoded } = answer;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (typeof headers !== "object" || headers === null || !Array.isArray(cookies)) return undefined;
  const fields: HttpReply["headers"] = {};
  for (const [name, value] of Object.entries(headers as Record<string, unknown>))
    fields[name.toLowerCase()] = String(value);
  fields["content-type"] ??= "application/json";
  if (cookies.length > 0) fields["set-cookie"] = cookies.map(String);
  const content = typeof body === "string" ? body : JSON.stringify(body);
  return {
    status,
    headers: fields,
    body: isBase64Encoded === true ? Buffer.from(content, "base64") : content,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A stream's bytes need not be JSON.
    return undefined;
  }
}
