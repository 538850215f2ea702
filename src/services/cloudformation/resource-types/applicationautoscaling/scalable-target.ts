import { dateOf, parseIso } from "#runtime/date.ts";
import { pick } from "../properties.ts";
import { defineResourceType, type ExistingRequest, type Properties } from "../resource-type.ts";

/** A target's id: its resource, its dimension and its service. */
export function targetOf(physicalId: string) {
  const [ResourceId = "", ScalableDimension = "", ServiceNamespace = ""] = physicalId.split("|");
  return {
    ResourceId,
    ScalableDimension: ScalableDimension as "dynamodb:table:ReadCapacityUnits",
    ServiceNamespace: ServiceNamespace as "dynamodb",
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-applicationautoscaling-scalabletarget.html */
export const resourceType = defineResourceType({
  type: "AWS::ApplicationAutoScaling::ScalableTarget",
  async create(request) {
    const { properties, clients } = request;
    const { ResourceId, ScalableDimension, ServiceNamespace } = properties;
    await clients.applicationautoscaling.RegisterScalableTarget(registration(properties));
    return [ResourceId, ScalableDimension, ServiceNamespace].join("|");
  },
  // Actions hang on a target that is there, and may be put again.
  configure: putActions,
  async update(request) {
    const { clients, physicalId, properties, previous } = request;
    await clients.applicationautoscaling.RegisterScalableTarget(registration(properties));
    const kept = actionNames(properties);
    for (const ScheduledActionName of actionNames(previous))
      if (!kept.includes(ScheduledActionName))
        await clients.applicationautoscaling.DeleteScheduledAction({
          ...targetOf(physicalId),
          ScheduledActionName,
        });
    await putActions(request);
  },
  async delete({ clients, physicalId }) {
    await clients.applicationautoscaling.DeregisterScalableTarget(targetOf(physicalId));
  },
  attributes: async ({ physicalId }) => ({ Id: physicalId }),
});

const actionNames = (properties: Properties): string[] =>
  (properties["ScheduledActions"] ?? []).map(
    ({ ScheduledActionName }: Properties) => ScheduledActionName,
  );

function registration(properties: Properties) {
  return {
    ...targetOf(
      ["ResourceId", "ScalableDimension", "ServiceNamespace"]
        .map((name) => properties[name])
        .join("|"),
    ),
    MinCapacity: Number(properties["MinCapacity"]),
    MaxCapacity: Number(properties["MaxCapacity"]),
    ...pick(properties, "RoleARN", "SuspendedState"),
  };
}

async function putActions({ clients, physicalId, properties }: ExistingRequest): Promise<void> {
  for (const action of properties["ScheduledActions"] ?? []) {
    const { StartTime: start, EndTime: end } = action;
    await clients.applicationautoscaling.PutScheduledAction({
      ...targetOf(physicalId),
      ScheduledActionName: action.ScheduledActionName,
      ...pick(action, "ScalableTargetAction", "Schedule", "Timezone"),
      ...(start !== undefined && { StartTime: dateOf(parseIso(start)) }),
      ...(end !== undefined && { EndTime: dateOf(parseIso(end)) }),
    });
  }
}
