/** What a function's settings name elsewhere: the host's languages, layers, subnets, its role. */
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import { invalidParameter } from "../errors.ts";
import { functionArn, sessionName } from "../arns.ts";
import { limits } from "../limits.ts";
import { readLayerArn } from "../layers/layer-arn.ts";
import { checkLayerAccess } from "../layers/layer-access.ts";
import { layerVersions } from "../layers/records.ts";
import { checkRuntime } from "../runtimes/runtimes.ts";
import type { Settings } from "../records.ts";
import type { LambdaContext } from "../state.ts";
import type { Looked } from "./settings.ts";

interface Named {
  Runtime?: string | undefined;
  Layers?: string[] | undefined;
  VpcConfig?: { SubnetIds?: string[]; SecurityGroupIds?: string[] } | undefined;
}

/** Throws InvalidParameterValueException for what is not there, 501 for a runtime that does not run here. */
export async function look(context: LambdaContext, input: Named): Promise<Looked> {
  if (input.Runtime !== undefined) await checkRuntime(input.Runtime, context.state.languages);
  return {
    layers: input.Layers && (await lookForLayers(context, input.Layers)),
    vpc: await lookForVpc(context, input.VpcConfig),
  };
}

async function lookForLayers(
  context: LambdaContext,
  arns: readonly string[],
): Promise<Settings["layers"]> {
  if (arns.length > limits.layers)
    throw invalidParameter(`Cannot reference more than ${limits.layers} layers.`);
  return context.store.transaction((tx) =>
    Promise.all(
      arns.map(async (arn) => {
        const { scope, name, version } = readLayerArn(arn);
        const found = await layerVersions.get(tx, scope, name, version);
        if (!found || found.isDeleted)
          throw invalidParameter(`Layer version ${arn} does not exist.`);
        await checkLayerAccess(tx, context.principal, { scope, name, version });
        return { arn, codeSize: found.code.sizeBytes };
      }),
    ),
  );
}

async function lookForVpc(
  context: LambdaContext,
  vpc: Named["VpcConfig"],
): Promise<Settings["vpc"]> {
  const subnetIds = vpc?.SubnetIds ?? [];
  const securityGroupIds = vpc?.SecurityGroupIds ?? [];
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return undefined;
  if (subnetIds.length === 0 || securityGroupIds.length === 0)
    throw invalidParameter("SubnetIds and SecurityIds must coexist or be both empty list.");
  const ec2 = context.clients.ec2(asService(context, "lambda.amazonaws.com"));
  try {
    const { Subnets = [] } = await ec2.DescribeSubnets({ SubnetIds: subnetIds });
    await ec2.DescribeSecurityGroups({ GroupIds: securityGroupIds });
    return { vpcId: Subnets[0]!.VpcId!, subnetIds, securityGroupIds };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      `Error occurred while DescribeSecurityGroups. EC2 Error Code: ${error.code}. EC2 Error Message: ${error.message}`,
    );
  }
}

/** Throws AWS's error when Lambda may not act as the role. */
export async function checkRole(
  context: LambdaContext,
  role: string,
  functionName: string,
): Promise<void> {
  const source = functionArn(context, functionName);
  try {
    await context.clients
      .sts(asService(context, "lambda.amazonaws.com", source))
      .AssumeRole({ RoleArn: role, RoleSessionName: sessionName(functionName) });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter("The role defined for the function cannot be assumed by Lambda.");
  }
}
