/** Events as lines of a log group. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html */
import { createHash } from "node:crypto";
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import type { Client } from "#services/kit/service.ts";
import type { DeliveryRecord } from "./records.ts";
import { inputFor } from "./transform.ts";

export async function writeToGroup(
  logs: Client<"logs">,
  delivery: DeliveryRecord,
  nowMs: number,
): Promise<void> {
  const { resource = "" } = parseArn(delivery.target.Arn ?? "") ?? {};
  const logGroupName = resource.replace(/^log-group:/, "").replace(/:\*$/, "");
  // One stream for each rule, called like AWS's by something that looks like a UUID.
  const digest = createHash("sha256").update(delivery.ruleArn).digest("hex");
  const logStreamName = digest.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const logEvents = [lineOf(delivery, nowMs)];
  try {
    await logs.PutLogEvents({ logGroupName, logStreamName, logEvents });
  } catch (error) {
    if (!(error instanceof AwsError && /log stream/.test(error.message))) throw error;
    await logs.CreateLogStream({ logGroupName, logStreamName });
    await logs.PutLogEvents({ logGroupName, logStreamName, logEvents });
  }
}

/** A transformed input has to be {"timestamp": …, "message": …}; anything else is the message itself. */
function lineOf(delivery: DeliveryRecord, nowMs: number): { timestamp: number; message: string } {
  const message = inputFor(delivery);
  if (delivery.target.InputTransformer) {
    const { timestamp, message: text } = JSON.parse(message) as Record<string, unknown>;
    if (typeof text === "string")
      return { timestamp: Number(timestamp ?? Math.floor(nowMs)), message: text };
  }
  return { timestamp: Math.floor(nowMs), message };
}
