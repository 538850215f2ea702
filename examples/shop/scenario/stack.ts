/** Uploads the shop's bundle, deploys its template and reads its outputs. */
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import {
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  type StackEvent,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { buildShop } from "../build.ts";
import type { Clients } from "./clients.ts";

export interface ShopStack {
  loadBalancerHost: string;
  webGroup: string;
  workerGroup: string;
  targetGroupArn: string;
  targetGroup: string;
  orderQueueUrl: string;
  orderTable: string;
  topicArn: string;
}

export const stackName = "shop";
export const artifactBucket = "shop-artifacts";

export interface Deployment {
  /** Values of the template's parameters. */
  parameters: Readonly<Record<string, string>>;
  show?: (event: StackEvent) => void;
  /** Lets time pass between two looks at the stack. */
  wait?: () => Promise<unknown>;
}

export async function deployShop(
  { cloudformation, s3 }: Clients,
  { parameters, show = () => {}, wait = () => pause(200) }: Deployment,
): Promise<ShopStack> {
  await s3.send(new CreateBucketCommand({ Bucket: artifactBucket }));
  await s3.send(
    new PutObjectCommand({ Bucket: artifactBucket, Key: "shop.mjs", Body: await buildShop() }),
  );
  const all = { ArtifactBucket: artifactBucket, ...parameters };
  await cloudformation.send(
    new CreateStackCommand({
      StackName: stackName,
      TemplateBody: await readFile(new URL("../template.yaml", import.meta.url), "utf8"),
      Capabilities: ["CAPABILITY_IAM"],
      Parameters: Object.entries(all).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
    }),
  );
  const seen = new Set<string>();
  for (;;) {
    await wait();
    const { StackEvents = [] } = await cloudformation.send(
      new DescribeStackEventsCommand({ StackName: stackName }),
    );
    for (const event of StackEvents.toReversed()) {
      if (seen.has(event.EventId ?? "")) continue;
      seen.add(event.EventId ?? "");
      show(event);
    }
    const { Stacks } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stackName }),
    );
    const [stack] = Stacks ?? [];
    if (stack?.StackStatus === "CREATE_IN_PROGRESS") continue;
    if (stack?.StackStatus !== "CREATE_COMPLETE")
      throw new Error(`the stack ended in ${stack?.StackStatus}: ${stack?.StackStatusReason}`);
    const outputs = new Map(
      stack.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]),
    );
    const output = (name: string): string => {
      const value = outputs.get(name);
      if (value === undefined) throw new Error(`the stack has no output ${name}`);
      return value;
    };
    return {
      loadBalancerHost: new URL(output("Url")).host,
      webGroup: output("WebGroupName"),
      workerGroup: output("WorkerGroupName"),
      targetGroupArn: output("TargetGroupArn"),
      targetGroup: output("TargetGroupName"),
      orderQueueUrl: output("OrderQueueUrl"),
      orderTable: output("OrderTableName"),
      topicArn: output("AlarmTopicArn"),
    };
  }
}
