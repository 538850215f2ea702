import type { Ec2Operation } from "../../context.ts";
import { missingParameter, invalidValueFor } from "../../errors.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { describeInstance } from "../describe.ts";
import { findInstance } from "../records.ts";

export const describeInstanceAttribute: Ec2Operation<"DescribeInstanceAttribute"> = async (
  input,
  context,
) => {
  const { Attribute, InstanceId } = input;
  if (!Attribute) throw missingParameter("attribute");
  const { record, interfaces } = await context.store.transaction(async (tx) => ({
    record: await findInstance(tx, context, InstanceId!),
    interfaces: await instanceNetwork.interfacesOf(tx, context, InstanceId!),
  }));
  const shown = describeInstance(record, interfaces);
  const answer = () => {
    switch (Attribute) {
      case "instanceType":
        return { InstanceType: { Value: record.instanceType } };
      case "userData":
        return {
          UserData: record.userData
            ? { Value: Buffer.from(record.userData).toString("base64") }
            : {},
        };
      case "disableApiTermination":
        return { DisableApiTermination: { Value: record.disableApiTermination } };
      case "disableApiStop":
        return { DisableApiStop: { Value: record.disableApiStop } };
      case "instanceInitiatedShutdownBehavior":
        return { InstanceInitiatedShutdownBehavior: { Value: record.shutdownBehavior } };
      case "rootDeviceName":
        return { RootDeviceName: { Value: record.rootDeviceName } };
      case "blockDeviceMapping":
        return { BlockDeviceMappings: shown.BlockDeviceMappings };
      case "productCodes":
        return { ProductCodes: [] };
      case "sourceDestCheck":
        return { SourceDestCheck: { Value: shown.SourceDestCheck } };
      case "groupSet":
        return { Groups: shown.SecurityGroups!.map(({ GroupId }) => ({ GroupId })) };
      case "ebsOptimized":
        return { EbsOptimized: { Value: record.ebsOptimized } };
      case "enaSupport":
        return { EnaSupport: { Value: true } };
      case "enclaveOptions":
        return { EnclaveOptions: { Enabled: false } };
      case "kernel":
        return { KernelId: {} };
      case "ramdisk":
        return { RamdiskId: {} };
      case "sriovNetSupport":
        return { SriovNetSupport: {} };
      default:
        throw invalidValueFor("attribute", Attribute, "Unknown attribute.");
    }
  };
  return { InstanceId, ...answer() };
};
