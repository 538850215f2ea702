import { AwsError } from "#model/error.ts";
import {
  defineResourceType,
  ResourceFailure,
  type ExistingRequest,
  type ResourceRequest,
  type StabilizeRequest,
} from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-servicediscovery-instance.html */
export const resourceType = defineResourceType({
  type: "AWS::ServiceDiscovery::Instance",
  name: { property: "InstanceId", maxLength: 64 },
  schema: {
    properties: { InstanceId: "string", ServiceId: "string", InstanceAttributes: "any" },
    required: ["ServiceId", "InstanceAttributes"],
    createOnly: ["InstanceId", "ServiceId"],
  },
  async create(request) {
    await register(request, request.token);
    return request.name;
  },
  async update(request) {
    await register(request, request.updateToken);
  },
  async stabilize(request) {
    // The same request again names the operation that it began.
    const operationId: string | undefined =
      request.progress?.["operationId"] ?? (await register(request, await lastToken(request)));
    const { Operation } = await request.clients.servicediscovery.GetOperation({
      OperationId: operationId,
    });
    if (Operation?.Status === "FAIL") throw new ResourceFailure(Operation.ErrorMessage ?? "");
    return { ready: Operation?.Status === "SUCCESS", progress: { operationId } };
  },
  delete: deregister,
  async deleted(request) {
    if (await find(request)) {
      await deregister(request);
      return false;
    }
    // Its service counts it until its records are gone.
    const { Operations = [] } = await request.clients.servicediscovery.ListOperations({
      Filters: [
        { Name: "SERVICE_ID", Values: [request.properties["ServiceId"]] },
        { Name: "TYPE", Values: ["DEREGISTER_INSTANCE"] },
        { Name: "STATUS", Condition: "IN", Values: ["SUBMITTED", "PENDING"] },
      ],
    });
    return Operations.length === 0;
  },
});

async function register(
  { clients, properties, name }: ResourceRequest,
  token: string,
): Promise<string | undefined> {
  const { OperationId } = await clients.servicediscovery.RegisterInstance({
    ServiceId: properties["ServiceId"],
    InstanceId: name,
    CreatorRequestId: token.replaceAll("-", ""),
    Attributes: properties["InstanceAttributes"],
  });
  return OperationId;
}

async function lastToken(request: StabilizeRequest): Promise<string> {
  return (await find(request))?.CreatorRequestId ?? request.token;
}

async function find({ clients, physicalId: InstanceId, properties }: ExistingRequest) {
  const ServiceId: string = properties["ServiceId"];
  try {
    return (await clients.servicediscovery.GetInstance({ ServiceId, InstanceId })).Instance;
  } catch (error) {
    if (error instanceof AwsError && error.code.endsWith("NotFound")) return undefined;
    throw error;
  }
}

/** One operation at a time: `deleted` tries again while another is under way. */
async function deregister({ clients, physicalId, properties }: ExistingRequest): Promise<void> {
  try {
    await clients.servicediscovery.DeregisterInstance({
      ServiceId: properties["ServiceId"],
      InstanceId: physicalId,
    });
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "DuplicateRequest") throw error;
  }
}
