/** Targets that act on instances: a command of Systems Manager, or a call of EC2. */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import type { Caller, Environment } from "#services/kit/service.ts";
import type { DeliveryRecord } from "./records.ts";
import { inputFor } from "./transform.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html#targets-specifics-run-command: the input is the document's parameters. */
export async function sendCommand(
  { clients }: Environment,
  caller: Caller,
  delivery: DeliveryRecord,
): Promise<void> {
  const { Arn: arn = "", RunCommandParameters: parameters } = delivery.target;
  const { resource = "" } = parseArn(arn) ?? {};
  await clients.ssm(caller).SendCommand({
    DocumentName: resource.replace(/^document\//, ""),
    Targets: parameters?.RunCommandTargets ?? [],
    Parameters: readInput(delivery) as Record<string, string[]>,
  });
}

export async function actOnInstance(
  { clients }: Environment,
  caller: Caller,
  delivery: DeliveryRecord,
): Promise<void> {
  const input = readInput(delivery);
  if (typeof input !== "string")
    throw new AwsError({ code: "InvalidParameter", message: "The input is not an instance's id." });
  const ec2 = clients.ec2(caller);
  const InstanceIds = [input];
  const { resource } = parseArn(delivery.target.Arn ?? "") ?? {};
  if (resource === "target/stop-instance") await ec2.StopInstances({ InstanceIds });
  else if (resource === "target/reboot-instance") await ec2.RebootInstances({ InstanceIds });
  else await ec2.TerminateInstances({ InstanceIds });
}

function readInput(delivery: DeliveryRecord): unknown {
  try {
    return JSON.parse(inputFor(delivery));
  } catch {
    throw new AwsError({ code: "InvalidParameter", message: "The input is not JSON." });
  }
}
