import type { Ec2Operation } from "../../context.ts";
import { instanceNotInState, invalidParameterValue } from "../../errors.ts";
import { describeMetadataOptions } from "../describe.ts";
import { changeInstance, findInstance } from "../records.ts";

export const modifyInstanceMetadataOptions: Ec2Operation<"ModifyInstanceMetadataOptions"> = async (
  input,
  context,
) => {
  const hops = input.HttpPutResponseHopLimit;
  if (hops !== undefined && (hops < 1 || hops > 64))
    throw invalidParameterValue(
      `Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. It must be between 1 and 64.`,
    );
  const options = await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    if (instance.state === "terminated" || instance.state === "shutting-down")
      throw instanceNotInState(instance.instanceId, "running");
    const now = instance.metadataOptions;
    const metadataOptions = {
      httpTokens: input.HttpTokens ?? now.httpTokens,
      httpPutResponseHopLimit: input.HttpPutResponseHopLimit ?? now.httpPutResponseHopLimit,
      httpEndpoint: input.HttpEndpoint ?? now.httpEndpoint,
      httpProtocolIpv6: input.HttpProtocolIpv6 ?? now.httpProtocolIpv6,
      instanceMetadataTags: input.InstanceMetadataTags ?? now.instanceMetadataTags,
    };
    changeInstance(tx, context, instance, { metadataOptions });
    return metadataOptions;
  });
  return {
    InstanceId: input.InstanceId,
    InstanceMetadataOptions: { ...describeMetadataOptions(options), State: "pending" },
  };
};
