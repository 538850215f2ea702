/** Provisioned concurrency of functions. https://docs.aws.amazon.com/autoscaling/application/userguide/services-that-can-integrate-lambda.html */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import { validation } from "../errors.ts";
import type { TargetName } from "../records.ts";
import type { ResourceContext, ScalableResource } from "./scalable-resource.ts";

const functionId = /^function:([\w-]+):([\w-]+)$/;

export const lambdaConcurrency: ScalableResource = {
  dimensions: ["lambda:function:ProvisionedConcurrency"],
  resourceId: functionId,
  noun: () => "provisioned concurrency",
  defaultCooldownSeconds: 0,
  async read(context, { resourceId }) {
    const { FunctionName, Qualifier } = functionNames(resourceId);
    const lambda = clientOf(context);
    try {
      await lambda.GetFunctionConfiguration({ FunctionName, Qualifier });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
      throw validation(`Lambda function does not exist: ${resourceId}`);
    }
    try {
      const found = await lambda.GetProvisionedConcurrencyConfig({ FunctionName, Qualifier });
      return {
        capacity: found.RequestedProvisionedConcurrentExecutions ?? 0,
        changing: found.Status === "IN_PROGRESS",
        ...(found.StatusReason !== undefined && { failure: found.StatusReason }),
      };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code !== "ProvisionedConcurrencyConfigNotFoundException") throw error;
      return { capacity: 0, changing: false };
    }
  },
  async write(context, { resourceId }: TargetName, capacity) {
    const names = functionNames(resourceId);
    const lambda = clientOf(context);
    if (capacity === 0) await lambda.DeleteProvisionedConcurrencyConfig(names);
    else
      await lambda.PutProvisionedConcurrencyConfig({
        ...names,
        ProvisionedConcurrentExecutions: capacity,
      });
  },
};

export function functionNames(resourceId: string): { FunctionName: string; Qualifier: string } {
  const [, FunctionName = "", Qualifier = ""] = functionId.exec(resourceId) ?? [];
  return { FunctionName, Qualifier };
}

function clientOf({ env, scope }: ResourceContext) {
  return env.clients.lambda(asService(scope, "lambda.application-autoscaling.amazonaws.com"));
}
