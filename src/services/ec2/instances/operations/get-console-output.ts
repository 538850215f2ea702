import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { lastConsoles } from "../last-console.ts";
import { findInstance } from "../records.ts";

/**
 * What the machine printed, at most the last 64 KiB; of a terminated instance what it had printed by then.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html: "This information is
 * available for at least one hour after the most recent post."
 */
export const getConsoleOutput: Ec2Operation<"GetConsoleOutput"> = async (input, context) => {
  const { instance, last } = await context.store.transaction(async (tx) => ({
    instance: await findInstance(tx, context, input.InstanceId!),
    last: await lastConsoles.get(tx, context, input.InstanceId!),
  }));
  const { text, takenMs } = last ?? {
    text: await printed(context, instance.instanceId),
    takenMs: context.clock.now(),
  };
  return {
    InstanceId: instance.instanceId,
    Output: Buffer.from(text).toString("base64"),
    Timestamp: dateOf(takenMs),
  };
};

async function printed({ compute }: Parameters<typeof getConsoleOutput>[1], id: string) {
  const { state } = await compute.observe(id);
  return state === "absent" ? "" : compute.console(id);
}
