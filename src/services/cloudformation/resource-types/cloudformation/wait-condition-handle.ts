import { handleUrl } from "../../wait-condition-site.ts";
import { defineResourceType } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-waitconditionhandle.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudFormation::WaitConditionHandle",
  create: async ({ env, scope, stack, logicalId, token }) =>
    handleUrl(env.gateway.endpoint, { ...scope, uuid: stack.uuid, logicalId, token }),
  async delete() {
    // Its address answers no more once the record is gone.
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});
