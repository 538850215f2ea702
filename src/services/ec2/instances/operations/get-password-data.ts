import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { findInstance } from "../records.ts";

/** A password is Windows's affair: other instances have none. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html */
export const getPasswordData: Ec2Operation<"GetPasswordData"> = async (input, context) => {
  const { instanceId, launchedMs } = await context.store.transaction((tx) =>
    findInstance(tx, context, input.InstanceId!),
  );
  return { InstanceId: instanceId, PasswordData: "", Timestamp: dateOf(launchedMs) };
};
