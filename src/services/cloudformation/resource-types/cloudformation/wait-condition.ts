import { parseHandleUrl } from "../../wait-condition-site.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type ReceivedSignal,
} from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-waitcondition.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudFormation::WaitCondition",
  async create({ properties, name, stack }) {
    // Without a handle it waits for signals that a creation policy asks for.
    if (properties["Handle"] === undefined) return name;
    return `${stack.arn}/${name}`;
  },
  async stabilize(request) {
    const { properties, startedMs, now } = request;
    if (properties["Handle"] === undefined) return true;
    const count = Number(properties["Count"] ?? 1);
    const received = await receivedOf(request);
    const failure = received.find(({ status }) => status === "FAILURE");
    if (failure)
      throw new ResourceFailure(
        `WaitCondition received failed message: '${failure.reason ?? ""}' for uniqueId: ${failure.uniqueId}`,
      );
    if (received.length >= count) return true;
    const timeoutMs = Number(properties["Timeout"] ?? 43_200) * 1000;
    if (now - startedMs >= timeoutMs)
      throw new ResourceFailure(
        `WaitCondition timed out. Received ${received.length} conditions when expecting ${count}`,
      );
    return { ready: false, afterMs: Math.min(5000, startedMs + timeoutMs - now) };
  },
  // Its conditions were met once and for all.
  async update() {},
  async delete() {},
  async attributes(request) {
    const data = (await receivedOf(request)).map(({ uniqueId, data }) => [uniqueId, data ?? ""]);
    return { Id: request.physicalId, Data: JSON.stringify(Object.fromEntries(data)) };
  },
});

async function receivedOf(request: ExistingRequest): Promise<readonly ReceivedSignal[]> {
  const handle = parseHandleUrl(String(request.properties["Handle"] ?? ""));
  return handle ? request.signals(handle.logicalId) : [];
}
