/** The address to which wait condition handles point: a PUT there is a signal. */
import { readBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import type { Environment, Site } from "#services/kit/service.ts";
import { resources, signals, stacks } from "./records.ts";

const prefix = "/_fogbank/cloudformation/wait-condition/";
const largestBytes = 8192;

export interface HandleAddress {
  account: string;
  region: string;
  uuid: string;
  logicalId: string;
  token: string;
}

/** The URL that Ref of a handle gives. Whoever knows its token may signal. */
export function handleUrl(endpoint: string, address: HandleAddress): string {
  const { account, region, uuid, logicalId, token } = address;
  return `${endpoint}${prefix}${account}/${region}/${uuid}/${logicalId}/${token}`;
}

export function parseHandleUrl(url: string): HandleAddress | undefined {
  const start = url.indexOf(prefix);
  if (start < 0) return undefined;
  const [path = ""] = url.slice(start + prefix.length).split("?");
  const [account, region, uuid, logicalId, token] = path.split("/");
  if (!account || !region || !uuid || !logicalId || !token) return undefined;
  return { account, region, uuid, logicalId, token };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-waitcondition.html */
export function createWaitConditionSite(env: Environment): Site {
  return {
    matches: (request) => request.target.startsWith(prefix),
    handle: (request) => receive(env, request),
  };
}

async function receive(env: Environment, request: HttpRequest): Promise<HttpReply> {
  const address = parseHandleUrl(request.target);
  if (!address || request.method !== "PUT") return reply(403, "AccessDenied");
  let signal: Record<string, unknown>;
  try {
    signal = JSON.parse((await readBody(request.body, largestBytes)).toString()) as typeof signal;
  } catch {
    return reply(400, "MalformedSignal");
  }
  const { Status: status, UniqueId: uniqueId, Reason: reason, Data: data } = signal;
  if ((status !== "SUCCESS" && status !== "FAILURE") || typeof uniqueId !== "string")
    return reply(400, "MalformedSignal");
  const { uuid, logicalId, token } = address;
  const taken = await env.store.transaction(async (tx) => {
    const stack = await stacks.get(tx, address, uuid);
    const handle = await resources.get(tx, address, uuid, logicalId);
    if (!stack || handle?.token !== token) return false;
    signals.put(tx, address, [uuid, logicalId, uniqueId], {
      status,
      receivedMs: env.clock.now(),
      ...(typeof reason === "string" && { reason }),
      ...(data !== undefined && { data: typeof data === "string" ? data : JSON.stringify(data) }),
    });
    return true;
  });
  return taken ? reply(200, "") : reply(403, "AccessDenied");
}

function reply(status: number, code: string): HttpReply {
  const headers = { "content-type": "application/xml" };
  return { status, headers, body: code && `<Error><Code>${code}</Code></Error>` };
}
