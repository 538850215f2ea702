import { requestIdOf } from "../../custom-resource/address.ts";
import type { Answer } from "../../custom-resource/read-answer.ts";
import { sendRequest, type RequestKind } from "../../custom-resource/send-request.ts";
import { customRequests } from "../../records.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type ResourceRequest,
  type ResourceType,
} from "../resource-type.ts";

const longestTimeoutSeconds = 3600;

/**
 * What a provider makes, under the name that the template gives the type: "Custom::Thing".
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html
 */
export function customResource(type: string): ResourceType {
  return defineResourceType({
    type,
    schema: { properties: "any", required: ["ServiceToken"] },
    isNamedLater: true,
    async create(request) {
      timeoutMsOf(request);
      await sendRequest("Create", type, request);
      // Until the provider has named it. What is cancelled before that is deleted under this name, as on AWS.
      return request.name;
    },
    async stabilize(request) {
      const kind = request.operation === "create" ? "Create" : "Update";
      const answer = await answerTo(kind, request);
      if (!answer) {
        const afterMs = request.startedMs + timeoutMsOf(request) - request.now;
        return { ready: false, afterMs };
      }
      if (answer.failure !== undefined)
        throw new ResourceFailure(answer.failure, answer.physicalId);
      const { stack, logicalId } = request;
      return {
        ready: true,
        physicalId: answer.physicalId!,
        attributes: {
          data: answer.data,
          noEcho: answer.noEcho,
          object: `${stack.arn}|${logicalId}|${requestIdOf(kind, request)}`,
        },
      };
    },
    async update(request) {
      const { changed, rollback, physicalId, previous } = request;
      if (changed.includes("ServiceToken") && !rollback)
        throw new ResourceFailure("Modifying service token is not allowed.");
      await sendRequest("Update", type, request, {
        PhysicalResourceId: physicalId,
        OldResourceProperties: previous,
      });
    },
    async delete(request) {
      await sendRequest("Delete", type, request, { PhysicalResourceId: request.physicalId });
    },
    async deleted(request) {
      const answer = await answerTo("Delete", request);
      if (answer?.failure !== undefined) throw new ResourceFailure(answer.failure);
      return answer !== undefined;
    },
  });
}

export const resourceType = customResource("AWS::CloudFormation::CustomResource");

/** The provider's answer; undefined while it may still come. Throws ResourceFailure when it took too long. */
async function answerTo(kind: RequestKind, request: ExistingRequest): Promise<Answer | undefined> {
  const { env, scope, stack, now, beganMs } = request;
  const requestId = requestIdOf(kind, request);
  const found = await env.store.transaction((tx) =>
    customRequests.get(tx, scope, stack.uuid, requestId),
  );
  if (!found?.answer && now - beganMs >= timeoutMsOf(request))
    throw new ResourceFailure(
      `CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [${requestId}]. If you are using the Python cfn-response module, you may need to update your Lambda function code so that CloudFormation can attach the updated version.`,
    );
  return found?.answer;
}

/** How long the provider may take, milliseconds. */
function timeoutMsOf({ properties }: ResourceRequest): number {
  const seconds = Number(properties["ServiceTimeout"] ?? longestTimeoutSeconds);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > longestTimeoutSeconds)
    throw new ResourceFailure(
      `ServiceTimeout must be a number of seconds from 1 to ${longestTimeoutSeconds}.`,
    );
  return seconds * 1000;
}
