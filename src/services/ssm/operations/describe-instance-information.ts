import { dateOf } from "#runtime/date.ts";
import { pageOf, type SsmOperation } from "../context.ts";
import { invalidFilterKey } from "../errors.ts";
import { managedInstances } from "../managed-instances.ts";

/** Every running instance is reachable. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html */
export const describeInstanceInformation: SsmOperation<"DescribeInstanceInformation"> = async (
  input,
  context,
) => {
  let ids: string[] | undefined;
  const tags: { key: string; values: string[] }[] = [];
  const filters = [
    ...(input.Filters ?? []),
    ...(input.InstanceInformationFilterList ?? []).map(({ key, valueSet }) => ({
      Key: key,
      Values: valueSet,
    })),
  ];
  for (const { Key = "", Values = [] } of filters)
    if (Key === "InstanceIds") ids = Values;
    else if (Key.startsWith("tag:")) tags.push({ key: Key.slice("tag:".length), values: Values });
    else throw invalidFilterKey(`Fogbank does not support the filter ${Key}.`);
  const found = await managedInstances(context.clients, context, { ...(ids && { ids }), tags });
  const { items, NextToken } = pageOf(found, input, ({ InstanceId }) => InstanceId!);
  return {
    InstanceInformationList: items.map((instance) => ({
      InstanceId: instance.InstanceId,
      PingStatus: "Online" as const,
      LastPingDateTime: dateOf(context.clock.now()),
      PlatformType: "Linux" as const,
      ResourceType: "EC2Instance" as const,
      IPAddress: instance.PrivateIpAddress,
      ComputerName: instance.PrivateDnsName,
      SourceId: instance.InstanceId,
      SourceType: "AWS::EC2::Instance" as const,
    })),
    NextToken,
  };
};
