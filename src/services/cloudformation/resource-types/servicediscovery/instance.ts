import { AwsError } from "#model/error.ts";
import {
  defineResourceType,
  type ExistingRequest,
  type ResourceRequest,
  type UpdateRequest,
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
    await register(request);
    return request.name;
  },
  update: (request: UpdateRequest) => register(request),
  async delete({ clients, physicalId, properties }) {
    await clients.servicediscovery.DeregisterInstance({
      ServiceId: properties["ServiceId"],
      InstanceId: physicalId,
    });
  },
  deleted: async (request) => !(await isListed(request)),
});

async function register({ clients, properties, name }: ResourceRequest): Promise<void> {
  await clients.servicediscovery.RegisterInstance({
    ServiceId: properties["ServiceId"],
    InstanceId: name,
    Attributes: properties["InstanceAttributes"],
  });
}

/** Its service counts it until its records are gone. */
async function isListed({ clients, properties }: ExistingRequest): Promise<boolean> {
  try {
    const { Service } = await clients.servicediscovery.GetService({ Id: properties["ServiceId"] });
    const { Instances = [] } = await clients.servicediscovery.ListInstances({
      ServiceId: properties["ServiceId"],
    });
    return (Service?.InstanceCount ?? 0) > Instances.length;
  } catch (error) {
    if (error instanceof AwsError && error.code === "ServiceNotFound") return false;
    throw error;
  }
}
