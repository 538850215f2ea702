/** Answers browsers that ask whether they may call a bucket. */
import type { HttpReply, HttpRequest } from "#http/http.ts";
import type { Site } from "#services/kit/service.ts";
import { escapeXml } from "#wire/xml/text.ts";
import { bucketOf } from "./bucket-of.ts";
import type { CorsIndex } from "./cors-index.ts";
import { describeRule, findRule } from "./rules.ts";

export function createPreflightSite(index: CorsIndex): Site {
  return {
    matches: (request) => isPreflight(request) && bucketOf(request, index) !== undefined,
    handle: (request) => answer(request, index.rulesOf(bucketOf(request, index)!) ?? []),
  };
}

function isPreflight({ method, headers }: HttpRequest): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}

function answer({ headers }: HttpRequest, rules: Parameters<typeof findRule>[0]): HttpReply {
  const question = {
    origin: headers.origin!,
    method: headers["access-control-request-method"]!,
    headers: (headers["access-control-request-headers"] ?? "")
      .split(",")
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== ""),
  };
  const rule = findRule(rules, question);
  if (rule) return { status: 200, headers: describeRule(rule, question), body: "" };
  const message =
    rules.length === 0
      ? "CORSResponse: CORS is not enabled for this bucket."
      : "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.";
  return {
    status: 403,
    headers: { "content-type": "application/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessForbidden</Code><Message>${message}</Message><Method>${escapeXml(question.method)}</Method><ResourceType>BUCKET</ResourceType></Error>`,
  };
}
