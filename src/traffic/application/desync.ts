/**
 * How far a request departs from RFC 7230, as AWS's load balancers class it, and who still gets it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#desync-mitigation-mode
 * The reasons: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#classification-reasons
 */
import type { HttpRequest } from "#http/http.ts";

export type DesyncMode = "monitor" | "defensive" | "strictest";

export interface Classification {
  tier: "Acceptable" | "Ambiguous";
  reason:
    | "GetHeadZeroContentLength"
    | "SuspiciousHeader"
    | "UndefinedContentLengthSemantics"
    | "UndefinedTransferEncodingSemantics";
}

const acceptable = (reason: Classification["reason"]): Classification => ({
  tier: "Acceptable",
  reason,
});
const ambiguous = (reason: Classification["reason"]): Classification => ({
  tier: "Ambiguous",
  reason,
});

const zeroLength = acceptable("GetHeadZeroContentLength");
const undefinedLength = ambiguous("UndefinedContentLengthSemantics");
const undefinedCoding = ambiguous("UndefinedTransferEncodingSemantics");
const suspicious = ambiguous("SuspiciousHeader");

/** What could be taken for one of the framing fields by a reader that is generous with names. */
const lookalike = /^[^a-z]*(?:content[^a-z]*length|transfer[^a-z]*encoding)[^a-z]*$/i;
const shortestLookalike = "contentlength".length;

/**
 * Undefined for a request that complies. What is worse (AWS's severe ones, and most of the ambiguous) never
 * comes so far: the parser refuses it.
 */
export function classify({ method, rawHeaders }: HttpRequest): Classification | undefined {
  const bodiless = method === "GET" || method === "HEAD";
  let found: Classification | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length < shortestLookalike || !lookalike.test(name)) continue;
    const lower = name.toLowerCase();
    if (lower === "content-length") {
      if (!bodiless) continue;
      if (Number(rawHeaders[index + 1]) > 0) return undefinedLength;
      found ??= zeroLength;
    } else if (lower === "transfer-encoding") {
      if (bodiless) return undefinedCoding;
    } else return suspicious;
  }
  return found;
}

/** Whether the mode lets it pass, and whether both connections end behind it. */
export function treat(
  mode: DesyncMode,
  { tier }: Classification,
): { allowed: boolean; closes: boolean } {
  if (mode === "strictest") return { allowed: false, closes: true };
  return { allowed: true, closes: mode === "defensive" && tier === "Ambiguous" };
}
