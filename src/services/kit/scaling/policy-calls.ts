/**
 * What alarms ask of scaling policies for which AWS has no operation: CloudWatch writes it down,
 * Application Auto Scaling takes it.
 */
import { collection } from "#store/collection.ts";

export interface PolicyCall {
  policyArn: string;
  alarmName: string;
  atMs: number;
  metricValue?: number;
  threshold?: number;
}

/** By the policy's ARN and the alarm's name. */
export const policyCalls = collection<PolicyCall>("applicationautoscaling", "policy-call");
