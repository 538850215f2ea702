/** What events say of parameters. https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html */
import type { Scope } from "#store/collection.ts";
import { parameterArn } from "./names.ts";
import type { NoticeRecord } from "./notices.ts";
import type { ParameterPolicy, ParameterRecord } from "./records.ts";

export function changeNotice(
  scope: Scope,
  { name, current }: ParameterRecord,
  operation: "Create" | "Update" | "Delete" | "LabelParameterVersion",
  atMs: number,
): NoticeRecord {
  return {
    atMs,
    event: {
      detailType: "Parameter Store Change",
      resources: [parameterArn(scope, name)],
      detail: {
        operation,
        name,
        type: current.type,
        ...(current.description !== undefined && { description: current.description }),
      },
    },
  };
}

export function policyNotice(
  scope: Scope,
  { name, current }: ParameterRecord,
  policy: ParameterPolicy,
  atMs: number,
  reason: string,
): NoticeRecord {
  return {
    atMs,
    event: {
      detailType: "Parameter Store Policy Action",
      resources: [parameterArn(scope, name)],
      detail: {
        "parameter-name": name,
        "parameter-type": current.type,
        "policy-type": policy.type,
        "policy-content": policy.text,
        "action-status": "Success",
        "action-reason": reason,
      },
    },
  };
}
