/**
 * The instance metadata service of one instance: answers versions 1 and 2 of its protocol.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 */
import type { HttpHandler, HttpReply, HttpRequest } from "#http/http.ts";
import type { MetadataFacts } from "./metadata-source.ts";
import { longestTokenSeconds, type MetadataTokens } from "./metadata-tokens.ts";
import {
  find,
  isDirectory,
  list,
  metadataTree,
  type MetadataQuestions,
  type RoleMetadata,
} from "./metadata-tree.ts";

const tokenHeader = "x-aws-ec2-metadata-token";
const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";

export interface ImdsOptions {
  tokens: MetadataTokens;
  /** Asked for every request: tags, options and addresses change while an instance runs. */
  describe(): Promise<MetadataFacts | undefined>;
  roleOf(facts: MetadataFacts): Promise<RoleMetadata | undefined>;
  questions: MetadataQuestions;
}

export function createImdsHandler(options: ImdsOptions): HttpHandler {
  const { tokens } = options;
  return async (request) => {
    const path = decodePath(request.target);
    if (path === undefined) return failure(400, "Bad Request");
    const facts = await options.describe();
    if (!facts) return failure(404, "Not Found");
    if (facts.options.httpEndpoint === "disabled") return failure(403, "Forbidden");
    if (/^\/latest\/api\/token\/?$/.test(path)) return answerToken(request, tokens);
    if (request.method !== "GET" && request.method !== "HEAD") return failure(405, "Not Allowed");

    const token = request.headers[tokenHeader];
    const left = token === undefined ? undefined : tokens.secondsLeft(token);
    if (left === undefined && (token !== undefined || facts.options.httpTokens === "required"))
      return failure(401, "Unauthorized");
    const ttl = left === undefined ? {} : { "X-Aws-Ec2-Metadata-Token-Ttl-Seconds": String(left) };
    const reply = await answer(path, facts, options);
    return { ...reply, headers: { ...reply.headers, ...ttl } };
  };
}

async function answer(
  path: string,
  facts: MetadataFacts,
  options: ImdsOptions,
): Promise<HttpReply> {
  const needsRole = path.includes("/iam") || /\/meta-data\/?$/.test(path);
  const role = needsRole ? await options.roleOf(facts) : undefined;
  const tree = metadataTree(facts, role, options.questions);
  if (path.replace(/\/$/, "") === "/latest/api") return text("token");
  const node = find(tree, path);
  if (node === undefined) return failure(404, "Not Found");
  if (isDirectory(node)) return text(list(node));
  const content = typeof node === "function" ? await node() : node;
  if (content === undefined) return failure(404, "Not Found");
  return content instanceof Uint8Array
    ? {
        status: 200,
        headers: { ...plain, "Content-Type": "application/octet-stream" },
        body: content,
      }
    : text(content);
}

/** PUT /latest/api/token: a token for so many seconds; never through a proxy. */
function answerToken(request: HttpRequest, tokens: MetadataTokens): HttpReply {
  if (request.method !== "PUT") return failure(405, "Not Allowed");
  if (request.headers["x-forwarded-for"] !== undefined) return failure(403, "Forbidden");
  const wanted = request.headers[ttlHeader];
  const seconds = wanted !== undefined && /^\d+$/.test(wanted) ? Number(wanted) : 0;
  if (seconds < 1 || seconds > longestTokenSeconds) return failure(400, "Bad Request");
  return {
    status: 200,
    headers: { ...plain, "X-Aws-Ec2-Metadata-Token-Ttl-Seconds": String(seconds) },
    body: tokens.issue(seconds),
  };
}

function decodePath(target: string): string | undefined {
  try {
    return decodeURIComponent(target.split("?")[0]!);
  } catch {
    return undefined;
  }
}

const plain = { Server: "EC2ws", "Content-Type": "text/plain" };

function text(body: string): HttpReply {
  return { status: 200, headers: plain, body };
}

/** Errors are small pages of XHTML, as AWS sends them. */
function failure(status: number, title: string): HttpReply {
  return {
    status,
    headers: { Server: "EC2ws", "Content-Type": "text/html" },
    body: `<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>${status} - ${title}</title>
 </head>
 <body>
  <h1>${status} - ${title}</h1>
 </body>
</html>
`,
  };
}
