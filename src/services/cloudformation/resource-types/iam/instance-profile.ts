import { AwsError } from "#model/error.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest } from "../resource-type.ts";
import { orUndefined } from "./inline-policies.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-instanceprofile.html */
export const resourceType = defineResourceType({
  type: "AWS::IAM::InstanceProfile",
  name: { property: "InstanceProfileName", maxLength: 128 },
  async create({ clients, properties, name }) {
    await clients.iam.CreateInstanceProfile({
      InstanceProfileName: name,
      ...pick(properties, "Path"),
    });
    return name;
  },
  async find({ clients, name }) {
    const { iam } = clients;
    return (await orUndefined(iam.GetInstanceProfile({ InstanceProfileName: name }))) && name;
  },
  configure: addRole,
  async update(request) {
    const { clients, physicalId: InstanceProfileName, previous } = request;
    for (const RoleName of previous["Roles"])
      await orUndefined(
        clients.iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName }),
      );
    await addRole(request);
  },
  async delete({ clients, properties, physicalId: InstanceProfileName }) {
    for (const RoleName of properties["Roles"])
      await orUndefined(
        clients.iam.RemoveRoleFromInstanceProfile({ InstanceProfileName, RoleName }),
      );
    await clients.iam.DeleteInstanceProfile({ InstanceProfileName });
  },
  async attributes({ clients, physicalId }) {
    const { InstanceProfile } = await clients.iam.GetInstanceProfile({
      InstanceProfileName: physicalId,
    });
    return { Arn: InstanceProfile?.Arn };
  },
});

/** A profile holds one role; adding a second is refused, also when it is the same. */
async function addRole({ clients, properties, physicalId }: ExistingRequest): Promise<void> {
  const InstanceProfileName = physicalId;
  const [RoleName]: string[] = properties["Roles"];
  try {
    await clients.iam.AddRoleToInstanceProfile({ InstanceProfileName, RoleName });
  } catch (error) {
    const { InstanceProfile } = await clients.iam.GetInstanceProfile({ InstanceProfileName });
    const there = InstanceProfile?.Roles?.some((role) => role.RoleName === RoleName);
    if (!there || !(error instanceof AwsError)) throw error;
  }
}
