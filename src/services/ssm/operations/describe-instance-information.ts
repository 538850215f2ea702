import { dateOf } from "#runtime/date.ts";
import { pageOf, type SsmOperation } from "../context.ts";
import { invalidFilterKey } from "../errors.ts";
import { agentVersion, managedInstances } from "../managed-instances.ts";

/** What filters may ask for and every managed node answers alike. */
const sameForAll: Readonly<Record<string, string>> = {
  PingStatus: "Online",
  PlatformTypes: "Linux",
  ResourceType: "EC2Instance",
  AgentVersion: agentVersion,
};

/** Every running instance is reachable. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html */
export const describeInstanceInformation: SsmOperation<"DescribeInstanceInformation"> = async (
  input,
  context,
) => {
  let ids: string[] | undefined;
  const tags: { key: string; values: string[] }[] = [];
  const tagKeys: string[][] = [];
  let none = false;
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
    else if (Key === "tag-key") tagKeys.push(Values);
    else if (Key in sameForAll) none ||= !Values.includes(sameForAll[Key]!);
    else throw invalidFilterKey(`The specified key ${Key} isn't valid.`);
  const selection = { ...(ids && { ids }), tags, tagKeys };
  const found = none ? [] : await managedInstances(context.clients, context, selection);
  const { items, NextToken } = pageOf(found, input, ({ InstanceId }) => InstanceId!);
  return {
    InstanceInformationList: items.map((instance) => ({
      InstanceId: instance.InstanceId,
      PingStatus: "Online" as const,
      LastPingDateTime: dateOf(context.clock.now()),
      AgentVersion: agentVersion,
      IsLatestVersion: true,
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
