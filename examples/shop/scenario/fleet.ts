/** What the fleet looks like from outside, through the same calls that a person would make. */
import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup,
} from "@aws-sdk/client-auto-scaling";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { ScanCommand, type ScanCommandOutput } from "@aws-sdk/client-dynamodb";
import { DescribeTargetHealthCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import type { Clients } from "./clients.ts";
import type { ShopStack } from "./stack.ts";

export interface FleetView {
  webDesired: number;
  webInService: number;
  webHealthy: number;
  workers: number;
  waitingOrders: number;
  /** Names of the alarms that are in state ALARM, shortened. */
  alarms: string[];
}

export interface Fleet {
  look(): Promise<FleetView>;
  /** Ids of web servers that take traffic. */
  healthyInstances(): Promise<string[]>;
  recordedOrders(): Promise<Set<string>>;
}

export function createFleet(clients: Clients, stack: ShopStack): Fleet {
  const { autoscaling, cloudwatch, dynamodb, elbv2, sqs } = clients;
  const healthyInstances = async () => {
    const { TargetHealthDescriptions = [] } = await elbv2.send(
      new DescribeTargetHealthCommand({ TargetGroupArn: stack.targetGroupArn }),
    );
    return TargetHealthDescriptions.filter(
      ({ TargetHealth }) => TargetHealth?.State === "healthy",
    ).map(({ Target }) => Target?.Id ?? "");
  };
  return {
    healthyInstances,
    async look() {
      const { AutoScalingGroups = [] } = await autoscaling.send(
        new DescribeAutoScalingGroupsCommand({
          AutoScalingGroupNames: [stack.webGroup, stack.workerGroup],
        }),
      );
      const web = AutoScalingGroups.find((one) => one.AutoScalingGroupName === stack.webGroup);
      const worker = AutoScalingGroups.find(
        (one) => one.AutoScalingGroupName === stack.workerGroup,
      );
      const { MetricAlarms = [] } = await cloudwatch.send(
        new DescribeAlarmsCommand({ StateValue: "ALARM" }),
      );
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: stack.orderQueueUrl,
          AttributeNames: ["ApproximateNumberOfMessages"],
        }),
      );
      return {
        webDesired: web?.DesiredCapacity ?? 0,
        webInService: inService(web),
        webHealthy: (await healthyInstances()).length,
        workers: inService(worker),
        waitingOrders: Number(Attributes?.ApproximateNumberOfMessages ?? 0),
        alarms: MetricAlarms.map(({ AlarmName = "" }) => shorten(AlarmName, stack)),
      };
    },
    async recordedOrders() {
      const found = new Set<string>();
      let ExclusiveStartKey: ScanCommandOutput["LastEvaluatedKey"];
      do {
        const page: ScanCommandOutput = await dynamodb.send(
          new ScanCommand({ TableName: stack.orderTable, ConsistentRead: true, ExclusiveStartKey }),
        );
        for (const { orderId } of page.Items ?? []) if (orderId?.S) found.add(orderId.S);
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      return found;
    },
  };
}

function inService(group: AutoScalingGroup | undefined): number {
  return (group?.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === "InService")
    .length;
}

/** "TargetTracking-shop-WebGroup-…-AlarmHigh-…" is "web high" to a reader. */
function shorten(name: string, { webGroup, workerGroup }: ShopStack): string {
  const side = /Alarm(High|Low)/.exec(name)?.[1]?.toLowerCase();
  if (side && name.includes(webGroup)) return `web ${side}`;
  if (side && name.includes(workerGroup)) return `workers ${side}`;
  return /-([A-Za-z]+Alarm)-/.exec(name)?.[1] ?? name;
}
