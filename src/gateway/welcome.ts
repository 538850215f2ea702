/**
 * What somebody sees who opens the port in a browser. There is nothing to click: the port is an API. S3
 * sends browsers that ask for its root to its product page, and would have shown a list of buckets else.
 */
import { escapeXml } from "#wire/xml/text.ts";
import { bucketOfHost } from "#wire/s3-bucket-host.ts";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import type { AuthMode } from "./auth-mode.ts";

export interface Welcome {
  readonly version: string;
  readonly auth: AuthMode;
  readonly defaultRegion: string;
}

/** True for a person's browser at the root of no bucket; AWS's clients sign, and ask for no HTML. */
export function isVisit({ method, target, headers }: HttpRequest): boolean {
  return (
    target === "/" &&
    method === "GET" &&
    headers.accept !== undefined &&
    /\btext\/html\b/i.test(headers.accept) &&
    headers.authorization === undefined &&
    headers.origin === undefined &&
    headers["x-amz-target"] === undefined &&
    bucketOfHost(headers.host) === undefined
  );
}

/** `endpoint` is how the visitor came here. */
export function welcome({ version, auth, defaultRegion }: Welcome, endpoint: string): HttpReply {
  const url = escapeXml(endpoint);
  const [key, which] =
    auth === "open"
      ? ["AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test", "Any key and secret do."]
      : [
          "AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…",
          "Every request must be signed with a key of this cloud; the first is in <code>root-credential.json</code> in the data directory.",
        ];
  return {
    status: 200,
    headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>Fogbank ${version}</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
pre { padding: 1rem; overflow: auto; background: color-mix(in srgb, currentcolor 8%, transparent) }
</style>
<h1>Fogbank ${version}</h1>
<p>An AWS-compatible cloud on your own machine. This address is its API: the AWS CLI, the SDKs and
templates call it. There is no console.</p>
<h2>Point a client here</h2>
<p>${which}</p>
<pre>export ${key} AWS_DEFAULT_REGION=${defaultRegion}
export AWS_ENDPOINT_URL=${url}
aws s3 mb s3://uploads
aws s3 ls</pre>
<h2>Look at what is going on</h2>
<pre>fogbank status       # where it runs, its time and its services
fogbank doctor       # what this host lets instances be, and what is missing
fogbank fail         # what was made to fail
fogbank --help       # all commands
aws cloudformation describe-stacks
aws ec2 describe-instances</pre>
<p><code>fogbank</code> is <code>npx fogbank</code> where it is installed, <code>npx node src/cli/fogbank.js</code>
in a clone. With <code>--log-level debug</code> every request is logged.</p>
<p>As JSON: <a href="/_fogbank/health">health</a>, <a href="/_fogbank/clock">clock</a>,
<a href="/_fogbank/faults">faults</a>. For browsers that shall trust its certificates: <a href="/_fogbank/ca.pem">root certificate</a>.</p>
</html>
`,
  };
}
