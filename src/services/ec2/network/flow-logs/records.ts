/** Flow logs. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface FlowLogRecord {
  flowLogId: string;
  resourceType: "VPC" | "Subnet" | "NetworkInterface";
  resourceId: string;
  trafficType: "ACCEPT" | "REJECT" | "ALL";
  destination:
    | { type: "cloud-watch-logs"; logGroupName: string; arn?: string; roleArn: string }
    | { type: "s3"; arn: string; bucket: string; prefix: string; hourly: boolean; hive: boolean };
  format: string;
  maxAggregationSeconds: 60 | 600;
  createdMs: number;
  /** Why the last delivery failed. */
  deliveryError?: string;
  tags: Tags;
}

export const flowLogs = collection<FlowLogRecord>("ec2", "flow-log");
