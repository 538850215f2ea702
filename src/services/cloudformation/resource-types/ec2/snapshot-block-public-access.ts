import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ec2-snapshotblockpublicaccess.html */
export const resourceType = defineResourceType({
  type: "AWS::EC2::SnapshotBlockPublicAccess",
  async create({ clients, properties, scope }) {
    await clients.ec2.EnableSnapshotBlockPublicAccess({ State: properties["State"] });
    return scope.account;
  },
  async update({ clients, properties }) {
    await clients.ec2.EnableSnapshotBlockPublicAccess({ State: properties["State"] });
  },
  async delete({ clients }) {
    await clients.ec2.DisableSnapshotBlockPublicAccess({});
  },
  attributes: async ({ physicalId }) => ({ AccountId: physicalId }),
});
