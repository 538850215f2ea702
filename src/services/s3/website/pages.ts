/** Pages that a website has of itself. */
import { reasonOf } from "#http/status.ts";
import type { HttpReply } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { escapeXml } from "#wire/xml/text.ts";
import type { Redirection } from "./routing.ts";

/** What becomes an error page; anything else is a defect. */
export function isWebsiteError(error: unknown): error is AwsError {
  return error instanceof AwsError;
}

export function errorPage(status: number, code: string, message: string): HttpReply {
  const title = `${status} ${reasonOf(status)}`;
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<html>
<head><title>${title}</title></head>
<body>
<h1>${title}</h1>
<ul>
<li>Code: ${escapeXml(code)}</li>
<li>Message: ${escapeXml(message)}</li>
</ul>
<hr/>
</body>
</html>
`,
  };
}

export function redirectTo({ status, location }: Redirection): HttpReply {
  return { status, headers: { location }, body: "" };
}
