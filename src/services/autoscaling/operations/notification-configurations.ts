import type { Operation } from "#services/kit/service.ts";
import { isoMillis } from "#runtime/date.ts";
import { groupArn } from "../arns.ts";
import { limitExceeded, validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { mostTopicsPerGroup, notificationTypes } from "../limits.ts";
import { page } from "../paging.ts";
import { messages, notifications } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutNotificationConfiguration.html */
export const putNotificationConfiguration: Operation<
  "autoscaling",
  "PutNotificationConfiguration",
  State
> = async (input, context) => {
  const {
    AutoScalingGroupName: name = "",
    TopicARN: topicArn = "",
    NotificationTypes = [],
  } = input;
  for (const type of NotificationTypes)
    if (!(notificationTypes as readonly string[]).includes(type))
      throw validationError(`Invalid Notification Type: ${type}`);
  if (!/^arn:[^:]+:sns:[^:]*:\d{12}:/.test(topicArn))
    throw validationError(`Invalid Topic ARN: ${topicArn}`);
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, name);
    const present = await notifications.list(tx, context, [name]);
    const others = present.filter((one) => one.topicArn !== topicArn);
    if (others.length >= mostTopicsPerGroup)
      throw limitExceeded(`A group can notify at most ${mostTopicsPerGroup} topics.`);
    notifications.put(tx, context, [name, topicArn], {
      group: name,
      topicArn,
      types: NotificationTypes,
    });
    messages.put(tx, context, [name, context.random.uuid()], {
      targetArn: topicArn,
      subject: `Auto Scaling: test notification for group "${name}"`,
      body: JSON.stringify({
        AccountId: context.account,
        RequestId: context.requestId,
        AutoScalingGroupARN: groupArn(context, group),
        AutoScalingGroupName: name,
        Service: "AWS Auto Scaling",
        Event: "autoscaling:TEST_NOTIFICATION",
        Time: isoMillis(context.clock.now()),
      }),
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteNotificationConfiguration.html */
export const deleteNotificationConfiguration: Operation<
  "autoscaling",
  "DeleteNotificationConfiguration",
  State
> = async (input, context) => {
  const { AutoScalingGroupName: name = "", TopicARN: topicArn = "" } = input;
  await context.store.transaction(async (tx) => {
    await getGroup(tx, context, name);
    notifications.delete(tx, context, name, topicArn);
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeNotificationConfigurations.html */
export const describeNotificationConfigurations: Operation<
  "autoscaling",
  "DescribeNotificationConfigurations",
  State
> = async (input, context) => {
  const names = input.AutoScalingGroupNames;
  const all = await context.store.transaction((tx) => notifications.list(tx, context));
  const rows = all
    .filter(({ group }) => !names?.length || names.includes(group))
    .flatMap(({ group, topicArn, types }) =>
      types.map((NotificationType) => ({
        AutoScalingGroupName: group,
        TopicARN: topicArn,
        NotificationType,
      })),
    );
  const { items, next } = page(
    rows,
    input,
    (row) => `${row.AutoScalingGroupName}/${row.TopicARN}/${row.NotificationType}`,
  );
  return { NotificationConfigurations: items, ...next };
};
