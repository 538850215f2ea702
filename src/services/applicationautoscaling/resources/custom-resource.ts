/**
 * Resources of the user's own, behind an HTTP endpoint that answers GET and PATCH.
 * https://github.com/aws/aws-auto-scaling-custom-resource
 */
import { HttpClientError } from "#http/client.ts";
import { readBody } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { limits } from "../limits.ts";
import type { ResourceContext, ScalableResource, Standing } from "./scalable-resource.ts";

/** How long the endpoint may take, wall time. */
const timeoutMs = 15_000;
const mostBytes = 64 * 1024;

export const customResources: ScalableResource = {
  dimensions: ["custom-resource:ResourceType:Property"],
  resourceId: /^https?:\/\/[^\s]+$/,
  noun: () => "desired capacity",
  defaultCooldownSeconds: limits.defaultCooldownSeconds,
  async read(context, { resourceId }) {
    return standing(await call(context, resourceId, "GET"), resourceId);
  },
  async write(context, { resourceId }, capacity) {
    await call(context, resourceId, "PATCH", { desiredCapacity: capacity });
  },
};

interface Answer {
  actualCapacity?: unknown;
  desiredCapacity?: unknown;
  scalingStatus?: unknown;
  failureReason?: unknown;
}

function standing(answer: Answer, url: string): Standing {
  const { actualCapacity, desiredCapacity, scalingStatus: status, failureReason } = answer;
  if (typeof actualCapacity !== "number" || typeof desiredCapacity !== "number")
    throw unusable(`${url} did not tell actualCapacity and desiredCapacity`);
  const failed = status === "Failed";
  return {
    // While it is getting there, what it is to have counts.
    capacity: failed ? actualCapacity : desiredCapacity,
    changing: status === "Pending" || status === "InProgress",
    ...(failed && { failure: typeof failureReason === "string" ? failureReason : "unknown" }),
  };
}

async function call(
  { http, scope }: ResourceContext,
  resourceId: string,
  method: "GET" | "PATCH",
  body?: unknown,
): Promise<Answer> {
  const url = new URL(resourceId);
  const secure = url.protocol === "https:";
  const content = body === undefined ? undefined : JSON.stringify(body);
  try {
    const response = await http.request({
      address: { host: url.hostname, port: Number(url.port || (secure ? 443 : 80)) },
      ...(secure && { tls: { servername: url.hostname } }),
      method,
      target: `${url.pathname}${url.search}`,
      rawHeaders: Object.entries({
        host: url.host,
        accept: "application/json",
        "user-agent": `Application Auto Scaling/${scope.region}`,
        ...(content !== undefined && { "content-type": "application/json" }),
      }).flat(),
      ...(content !== undefined && { body: content }),
      idleTimeoutMs: timeoutMs,
    });
    const text = (await readBody(response.body, mostBytes)).toString();
    if (response.status < 200 || response.status > 299)
      throw unusable(`${method} ${resourceId} answered with the status ${response.status}`);
    return JSON.parse(text || "{}") as Answer;
  } catch (error) {
    if (error instanceof AwsError) throw error;
    if (error instanceof HttpClientError || error instanceof SyntaxError)
      throw unusable(`${method} ${resourceId} failed: ${error.message}`);
    throw error;
  }
}

function unusable(message: string): AwsError {
  return new AwsError({ code: "FailedResourceAccessException", message });
}
