import { defineResourceType, ResourceFailure } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-cloudformation-stack.html */
export const resourceType = defineResourceType({
  type: "AWS::CloudFormation::Stack",
  alwaysUpdated: true,
  create: ({ nested, name, properties, token }) => nested.create(name, properties, token),
  find: ({ nested, name }) => nested.find(name),
  async stabilize({ nested, physicalId, operation, rollback, startedMs }) {
    const state = await nested.describe(physicalId);
    if (!state) throw new ResourceFailure(`Embedded stack ${physicalId} is gone`);
    const { status, reason } = state;
    if (status === "CREATE_COMPLETE" || status === "UPDATE_COMPLETE") return true;
    if (status.endsWith("_IN_PROGRESS")) return false;
    // A child that took itself back is where the parent's rollback wants it, or had nothing to do.
    if (status === "UPDATE_ROLLBACK_COMPLETE" && (rollback || state.updatedMs < startedMs))
      return true;
    throw new ResourceFailure(
      operation === "create"
        ? `Embedded stack ${physicalId} was not successfully created: ${reason}`
        : `Embedded stack ${physicalId} was not successfully updated. Currently in ${status} with reason: ${reason}`,
    );
  },
  async update({ nested, physicalId, properties, updateToken, rollback }) {
    if (rollback) await nested.restore(physicalId, updateToken);
    else await nested.update(physicalId, properties, updateToken);
  },
  delete: ({ nested, physicalId }) => nested.delete(physicalId),
  async deleted({ nested, physicalId }) {
    const state = await nested.describe(physicalId);
    if (state?.status === "DELETE_FAILED")
      throw new ResourceFailure(
        `Stack [${physicalId}] was not successfully deleted: ${state.reason}`,
      );
    return state === undefined || state.status === "DELETE_COMPLETE";
  },
  async attributes({ nested, physicalId }) {
    const state = await nested.describe(physicalId);
    return { StackId: physicalId, Outputs: state?.outputs ?? {} };
  },
});
