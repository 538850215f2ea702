/** Predicted changes in the shape that the API gives them. */
import type { Change, ResourceAttribute } from "@aws-sdk/client-cloudformation";
import type { ChangeDetail, PredictedChange } from "./predict-changes.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html */
export function describeChanges(changes: readonly PredictedChange[]): Change[] {
  return changes.map((change) => ({
    Type: "Resource",
    ResourceChange: {
      ...(change.policyAction &&
        change.policyAction !== "Delete" && { PolicyAction: change.policyAction }),
      ...(change.action === "Remove" && { PolicyAction: change.policyAction ?? "Delete" }),
      Action: change.action,
      LogicalResourceId: change.logicalId,
      ...(change.physicalId !== undefined && { PhysicalResourceId: change.physicalId }),
      ResourceType: change.type,
      ...(change.replacement && { Replacement: change.replacement }),
      Scope: [...new Set(change.details.map(({ attribute }) => attribute as ResourceAttribute))],
      Details: change.details.map(describeDetail),
    },
  }));
}

function describeDetail(detail: ChangeDetail) {
  return {
    Target: {
      Attribute: detail.attribute as ResourceAttribute,
      ...(detail.property !== undefined &&
        detail.attribute === "Properties" && { Name: detail.property }),
      RequiresRecreation: detail.recreation,
    },
    Evaluation: detail.evaluation,
    ChangeSource: detail.source,
    ...(detail.cause !== undefined && { CausingEntity: detail.cause }),
  };
}
