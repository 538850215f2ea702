import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { findInstance } from "../records.ts";

/** What the machine printed, at most the last 64 KiB; empty once it is gone. */
export const getConsoleOutput: Ec2Operation<"GetConsoleOutput"> = async (input, context) => {
  const instance = await context.store.transaction((tx) =>
    findInstance(tx, context, input.InstanceId!),
  );
  const { state } = await context.compute.observe(instance.instanceId);
  const text = state === "absent" ? "" : await context.compute.console(instance.instanceId);
  return {
    InstanceId: instance.instanceId,
    Output: Buffer.from(text).toString("base64"),
    Timestamp: dateOf(context.clock.now()),
  };
};
