/** What events and messages say of commands. https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-eventbridge-events.html */
import { isoSeconds } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { NoticeRecord } from "../notices.ts";
import type { CommandRecord, InvocationRecord } from "./records.ts";

function isAsked(command: CommandRecord, type: "Command" | "Invocation", status: string): boolean {
  const { notification } = command;
  return (
    notification?.type === type &&
    (notification.events.includes("All") || notification.events.includes(status))
  );
}

const instanceArn = (scope: Scope, id: string) => formatArn("ec2", scope, `instance/${id}`);
const subject = ({ region }: Scope) => `EC2 Run Command Notification ${region}`;

export function commandNotice(
  scope: Scope,
  command: CommandRecord,
  status: string,
  instanceIds: readonly string[],
  atMs: number,
): NoticeRecord {
  const { commandId, documentName, notification } = command;
  return {
    atMs,
    event: {
      detailType: "EC2 Command Status-change Notification",
      resources: instanceIds.map((id) => instanceArn(scope, id)),
      detail: {
        "command-id": commandId,
        "document-name": documentName,
        "expire-after": isoSeconds(command.expiresMs),
        parameters: command.parameters,
        "requested-date-time": isoSeconds(command.requestedMs),
        status,
      },
    },
    ...(notification &&
      isAsked(command, "Command", status) && {
        message: {
          topicArn: notification.topicArn,
          subject: subject(scope),
          body: {
            commandId,
            documentName,
            instanceIds,
            requestedDateTime: isoSeconds(command.requestedMs),
            expiresAfter: isoSeconds(command.expiresMs),
            outputS3BucketName: command.output?.bucket ?? "",
            outputS3KeyPrefix: command.output?.prefix ?? "",
            status,
            eventTime: isoSeconds(atMs),
          },
        },
      }),
  };
}

export function invocationNotice(
  scope: Scope,
  command: CommandRecord,
  run: InvocationRecord,
  atMs: number,
): NoticeRecord {
  const { commandId, documentName, notification } = command;
  const { instanceId, status, details } = run;
  return {
    atMs,
    event: {
      detailType: "EC2 Command Invocation Status-change Notification",
      resources: [instanceArn(scope, instanceId)],
      detail: {
        "command-id": commandId,
        "document-name": documentName,
        "instance-id": instanceId,
        "requested-date-time": isoSeconds(run.requestedMs),
        status,
      },
    },
    ...(notification &&
      isAsked(command, "Invocation", status) && {
        message: {
          topicArn: notification.topicArn,
          subject: subject(scope),
          body: {
            commandId,
            documentName,
            instanceId,
            requestedDateTime: isoSeconds(run.requestedMs),
            status,
            detailedStatus: details,
            eventTime: isoSeconds(atMs),
          },
        },
      }),
  };
}
