import type { Ec2Operation } from "../../context.ts";
import { incorrectInstanceState, unsupportedParameter } from "../../errors.ts";
import { typeFacts } from "../../instance-types/facts.ts";
import { changeInstance, findInstance } from "../records.ts";
import { cpuOptions } from "../run/blueprint.ts";

/** Of stopped instances; the machine has so many processors from its next start. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCpuOptions.html */
export const modifyInstanceCpuOptions: Ec2Operation<"ModifyInstanceCpuOptions"> = async (
  input,
  context,
) => {
  if (input.NestedVirtualization === "enabled") throw unsupportedParameter("NestedVirtualization");
  const InstanceId = input.InstanceId!;
  const { instanceType } = await context.store.transaction((tx) =>
    findInstance(tx, context, InstanceId),
  );
  const facts = await typeFacts(instanceType);
  const options = await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, InstanceId);
    if (instance.state !== "stopped")
      throw incorrectInstanceState(
        `The instance '${InstanceId}' must be in a 'stopped' state to modify its CPU options.`,
      );
    const wanted = {
      CpuOptions: {
        CoreCount: input.CoreCount ?? instance.cores,
        ThreadsPerCore: input.ThreadsPerCore ?? instance.threadsPerCore,
      },
    };
    const cpu = cpuOptions(wanted, facts, instance.instanceType);
    changeInstance(tx, context, instance, { ...cpu, vcpus: cpu.cores * cpu.threadsPerCore });
    return cpu;
  });
  return { InstanceId, CoreCount: options.cores, ThreadsPerCore: options.threadsPerCore };
};
