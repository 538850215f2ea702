/** Asks a custom resource's provider, a function or whoever reads a topic, to do something. */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { customRequests } from "../records.ts";
import {
  ResourceFailure,
  type Properties,
  type ResourceRequest,
} from "../resource-types/resource-type.ts";
import { isTransient } from "../stack/failure-reason.ts";
import { requestIdOf, responseUrl } from "./address.ts";

export type RequestKind = "Create" | "Update" | "Delete";

/** A request that old has been answered or given up. */
const keptMs = 24 * 3_600_000;

/**
 * May run twice: the provider then hears the same request again.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-requesttypes.html
 */
export async function sendRequest(
  kind: RequestKind,
  resourceType: string,
  request: ResourceRequest,
  more: { PhysicalResourceId?: string; OldResourceProperties?: Properties } = {},
): Promise<void> {
  const { env, scope, stack, logicalId, token, properties, now } = request;
  const requestId = requestIdOf(kind, request);
  await env.store.transaction(async (tx) => {
    for (const { id, record } of await customRequests.entries(tx, scope, [stack.uuid]))
      if (record.sentMs < now - keptMs) customRequests.delete(tx, scope, ...id);
    if (await customRequests.get(tx, scope, stack.uuid, requestId)) return;
    customRequests.put(tx, scope, [stack.uuid, requestId], { token, sentMs: now });
  });
  const serviceToken = String(properties["ServiceToken"]);
  const message = JSON.stringify({
    RequestType: kind,
    ServiceToken: serviceToken,
    ResponseURL: responseUrl(env.gateway.endpoint, { scope, uuid: stack.uuid, requestId }),
    StackId: stack.arn,
    RequestId: requestId,
    LogicalResourceId: logicalId,
    ...(more.PhysicalResourceId !== undefined && { PhysicalResourceId: more.PhysicalResourceId }),
    ResourceType: resourceType,
    ResourceProperties: asTexts(properties),
    ...(more.OldResourceProperties && {
      OldResourceProperties: asTexts(more.OldResourceProperties),
    }),
  });
  try {
    await deliver(request, serviceToken, message);
  } catch (error) {
    if (!(error instanceof AwsError) || isTransient(error)) throw error;
    // A provider that is gone is no resource that is gone.
    throw new ResourceFailure(error.message);
  }
}

async function deliver(
  { clients, scope }: ResourceRequest,
  serviceToken: string,
  message: string,
): Promise<void> {
  const arn = parseArn(serviceToken);
  // A provider must be in the stack's region.
  if (arn?.region !== scope.region)
    throw new ResourceFailure(`Invalid service token: ${serviceToken}`);
  if (arn.service === "lambda")
    await clients.lambda.Invoke({
      FunctionName: serviceToken,
      InvocationType: "Event",
      Payload: Buffer.from(message) as never,
    });
  else if (arn.service === "sns")
    await clients.sns.Publish({
      TopicArn: serviceToken,
      Subject: "AWS CloudFormation custom resource request",
      Message: message,
    });
  else throw new ResourceFailure(`Invalid service token: ${serviceToken}`);
}

/** Numbers and booleans reach a provider as texts, as templates do not tell them apart. */
function asTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTexts);
  if (typeof value === "object" && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asTexts(item)]));
  return String(value);
}
