/** Every error of Auto Scaling, declared once. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html */
import { AwsError } from "#model/error.ts";

export function validationError(message: string): AwsError {
  return new AwsError({ code: "ValidationError", status: 400, message });
}

export function groupNotFound(name: string): AwsError {
  return validationError(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
}

export function instanceUnknown(instanceId: string): AwsError {
  return validationError(
    `Instance Id not found - No managed instance found for instance ID: ${instanceId}`,
  );
}

export function notPartOfGroup(instanceId: string, group: string): AwsError {
  return validationError(`The instance ${instanceId} is not part of Auto Scaling group ${group}.`);
}

export function groupExists(name: string): AwsError {
  return new AwsError({
    code: "AlreadyExistsFault",
    status: 400,
    message: `AutoScalingGroup by this name already exists - A group with the name ${name} already exists`,
  });
}

export function launchConfigurationExists(name: string): AwsError {
  return new AwsError({
    code: "AlreadyExistsFault",
    status: 400,
    message: `Launch Configuration by this name already exists - A launch configuration already exists with the name ${name}`,
  });
}

export function resourceInUse(message: string): AwsError {
  return new AwsError({ code: "ResourceInUseFault", status: 400, message });
}

export function activityInProgress(message: string): AwsError {
  return new AwsError({ code: "ScalingActivityInProgressFault", status: 400, message });
}

export function limitExceeded(message: string): AwsError {
  return new AwsError({ code: "LimitExceededFault", status: 400, message });
}

export function invalidNextToken(): AwsError {
  return new AwsError({
    code: "InvalidNextToken",
    status: 400,
    message: "The NextToken value is not valid.",
  });
}

export function refreshInProgress(): AwsError {
  return new AwsError({
    code: "InstanceRefreshInProgressFault",
    status: 400,
    message:
      "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.",
  });
}

export function noRefresh(): AwsError {
  return new AwsError({
    code: "ActiveInstanceRefreshNotFoundFault",
    status: 400,
    message: "No in progress or pending Instance Refresh found for Auto Scaling group.",
  });
}

export function deletionProtected(group: string, what: string): AwsError {
  return validationError(
    `AutoScalingGroup ${group} ${what} because deletion protection is enabled. Change the DeletionProtection of the group and try again.`,
  );
}

export function launchSuspended(group: string): AwsError {
  return validationError(
    `The Launch process of AutoScalingGroup ${group} is suspended. Resume it and try again.`,
  );
}

export function warmPoolWithSpot(): AwsError {
  return validationError(
    "You can't have a warm pool on an Auto Scaling group that launches Spot Instances.",
  );
}

export function irreversibleRefresh(message: string): AwsError {
  return new AwsError({ code: "IrreversibleInstanceRefreshFault", status: 400, message });
}

/** For parameters that would change what happens and that Fogbank cannot honour. */
export function unsupported(parameter: string): AwsError {
  return validationError(`Fogbank does not support the parameter ${parameter}.`);
}
