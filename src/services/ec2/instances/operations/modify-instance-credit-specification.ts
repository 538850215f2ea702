import type { Ec2Operation } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { typeFacts } from "../../instance-types/facts.ts";
import { changeInstance, findInstance } from "../records.ts";
import { cpuCredits } from "../run/blueprint.ts";
import { AwsError } from "#model/error.ts";

/** Each instance succeeds or fails for itself. */
export const modifyInstanceCreditSpecification: Ec2Operation<
  "ModifyInstanceCreditSpecification"
> = async (input, context) => {
  const succeeded = [];
  const failed = [];
  for (const { InstanceId, CpuCredits } of input.InstanceCreditSpecifications ?? [])
    try {
      const { instanceType } = await context.store.transaction((tx) =>
        findInstance(tx, context, InstanceId!),
      );
      const facts = await typeFacts(instanceType);
      if (!facts.burstable)
        throw ec2Error(
          "InstanceCreditSpecification.NotSupported",
          "The specified instance does not use CPU credits. Only burstable performance instances use CPU credits.",
        );
      const asked = { CreditSpecification: { CpuCredits } };
      const credits = cpuCredits(asked, facts, instanceType);
      await context.store.transaction(async (tx) => {
        const instance = await findInstance(tx, context, InstanceId!);
        changeInstance(tx, context, instance, { cpuCredits: credits });
      });
      succeeded.push({ InstanceId });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const Error = { Code: error.code as "InvalidInstanceID.NotFound", Message: error.message };
      failed.push({ InstanceId, Error });
    }
  return {
    SuccessfulInstanceCreditSpecifications: succeeded,
    UnsuccessfulInstanceCreditSpecifications: failed,
  };
};
