import type { Ec2Operation } from "../../context.ts";
import { invalidValueFor } from "../../errors.ts";
import { instanceDefaults, readDefaults, type InstanceDefaults } from "../defaults.ts";

/** T2 instances are standard, later ones unlimited. */
const usualCredits = (family: string) => (family === "t2" ? "standard" : "unlimited");

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetDefaultCreditSpecification.html */
export const getDefaultCreditSpecification: Ec2Operation<"GetDefaultCreditSpecification"> = async (
  input,
  context,
) => {
  const { credits } = await context.store.transaction((tx) => readDefaults(tx, context));
  const InstanceFamily = input.InstanceFamily!;
  const CpuCredits = credits[InstanceFamily] ?? usualCredits(InstanceFamily);
  return { InstanceFamilyCreditSpecification: { InstanceFamily, CpuCredits } };
};

/** For instances to come. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyDefaultCreditSpecification.html */
export const modifyDefaultCreditSpecification: Ec2Operation<
  "ModifyDefaultCreditSpecification"
> = async (input, context) => {
  const InstanceFamily = input.InstanceFamily!;
  const CpuCredits = input.CpuCredits;
  if (CpuCredits !== "standard" && CpuCredits !== "unlimited")
    throw invalidValueFor("cpuCredits", CpuCredits);
  await context.store.transaction(async (tx) => {
    const now = await readDefaults(tx, context);
    const credits: InstanceDefaults["credits"] = { ...now.credits };
    credits[InstanceFamily] = CpuCredits;
    instanceDefaults.put(tx, context, [], { ...now, credits });
  });
  return { InstanceFamilyCreditSpecification: { InstanceFamily, CpuCredits } };
};
