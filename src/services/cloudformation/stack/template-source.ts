/** Where a request's template comes from: the request, an S3 object, or the stack that is updated. */
import { readBody, type ByteStream } from "#http/http.ts";
import { notSupported, validationError } from "../errors.ts";
import { limits } from "../limits.ts";
import type { DeploymentContext } from "../state.ts";

export interface TemplateInput {
  TemplateBody?: string | undefined;
  TemplateURL?: string | undefined;
  UsePreviousTemplate?: boolean | undefined;
}

/** The template's text. `previous` is the updated stack's. */
export async function readTemplate(
  input: TemplateInput,
  context: DeploymentContext,
  previous?: string,
): Promise<string> {
  const { TemplateBody: body, TemplateURL: url, UsePreviousTemplate: usePrevious } = input;
  if (usePrevious) {
    if (previous === undefined)
      throw validationError("UsePreviousTemplate can only be used to update a stack.");
    return previous;
  }
  if (body !== undefined && url !== undefined)
    throw validationError("Either Template URL or Template Body must be specified, not both.");
  if (body !== undefined) {
    const size = Buffer.byteLength(body);
    if (size > limits.templateBodyBytes)
      throw validationError(
        `1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to ${limits.templateBodyBytes}`,
      );
    return body;
  }
  if (url === undefined)
    throw validationError("Either Template URL or Template Body must be specified.");
  return fetchTemplate(url, context);
}

async function fetchTemplate(url: string, context: DeploymentContext): Promise<string> {
  const place = parseS3Url(url);
  if (!place) throw validationError("TemplateURL must be a supported URL.");
  const { account, region, principal } = context;
  const s3 = context.clients.s3({ account, region, principal });
  let body: ByteStream | Uint8Array | string | undefined;
  try {
    ({ Body: body } = await s3.GetObject(place));
  } catch (error) {
    throw validationError(`S3 error: ${error instanceof Error ? error.message : String(error)}`);
  }
  const text = await bodyText(body);
  if (Buffer.byteLength(text) > limits.templateUrlBytes)
    throw validationError(`Template may not exceed ${limits.templateUrlBytes} bytes in size.`);
  return text;
}

async function bodyText(body: ByteStream | Uint8Array | string | undefined): Promise<string> {
  if (body === undefined) return "";
  if (typeof body === "string") return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  return (await readBody(body, limits.templateUrlBytes + 1)).toString();
}

/** Bucket and key of a virtual-hosted or path-style S3 address, AWS's own or on Fogbank's endpoint. */
function parseS3Url(text: string): { Bucket: string; Key: string } | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const path = decodeURIComponent(url.pathname.slice(1));
  if (url.protocol === "s3:") return path ? { Bucket: url.hostname, Key: path } : undefined;
  const host = url.hostname;
  const virtual =
    /^(.+?)\.s3(?:[.-][a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/.exec(host)?.[1] ??
    /^(.+?)\.s3\.(?:[a-z0-9-]+\.)?localhost(?:\.localstack\.cloud)?$/.exec(host)?.[1];
  if (virtual !== undefined) return path ? { Bucket: virtual, Key: path } : undefined;
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1) return undefined;
  return { Bucket: path.slice(0, slash), Key: path.slice(slash + 1) };
}

/** Refuses parameters that would change what happens and that are not obeyed. */
export function refuseUnsupportedInput(input: object): void {
  const given = input as Record<string, unknown>;
  const refused = [
    "StackPolicyBody",
    "StackPolicyURL",
    "StackPolicyDuringUpdateBody",
    "StackPolicyDuringUpdateURL",
    "ResourceTypes",
    "ResourcesToImport",
  ];
  for (const name of refused)
    if (given[name] !== undefined) throw notSupported(`the parameter ${name}`);
  const rollback = given["RollbackConfiguration"] as { RollbackTriggers?: unknown[] } | undefined;
  if (rollback?.RollbackTriggers?.length) throw notSupported("rollback triggers");
}
