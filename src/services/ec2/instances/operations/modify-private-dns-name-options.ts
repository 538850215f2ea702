import type { Ec2Operation } from "../../context.ts";
import { incorrectInstanceState } from "../../errors.ts";
import { namedBy, privateNamesOf } from "../private-names.ts";
import { changeInstance, findInstance } from "../records.ts";

/** A stopped instance's machine has its new host name from the next start. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyPrivateDnsNameOptions.html */
export const modifyPrivateDnsNameOptions: Ec2Operation<"ModifyPrivateDnsNameOptions"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    const before = privateNamesOf(instance);
    const names = {
      hostnameType: input.PrivateDnsHostnameType ?? before.hostnameType,
      aRecord: input.EnableResourceNameDnsARecord ?? before.aRecord,
      aaaaRecord: input.EnableResourceNameDnsAAAARecord ?? before.aaaaRecord,
    };
    if (names.hostnameType !== before.hostnameType && instance.state !== "stopped")
      throw incorrectInstanceState(
        `The instance '${instance.instanceId}' must be in a 'stopped' state to modify its hostname type.`,
      );
    changeInstance(tx, context, instance, namedBy(context.region, instance, names));
  });
  return { Return: true };
};
