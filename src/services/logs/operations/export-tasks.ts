/** Exports to S3. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html */
import type { ExportTask } from "@aws-sdk/client-cloudwatch-logs";
import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { exportNotFound, invalidOperation, invalidParameter, limitExceeded } from "../errors.ts";
import { findGroup } from "../find.ts";
import { limits } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { exports, type ExportRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

const isOpen = ({ status }: ExportRecord) => status === "PENDING" || status === "RUNNING";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateExportTask.html */
export const createExportTask: Operation<"logs", "CreateExportTask", LogsState> = async (
  input,
  context,
) => {
  const { destination: bucket = "", destinationPrefix } = input;
  const { from = 0, to = 0, taskName, logStreamNamePrefix } = input;
  if (from >= to)
    throw invalidParameter(
      "The specified time range is not valid. The 'from' time must be before the 'to' time.",
    );
  await context.store.transaction((tx) => findGroup(tx, input.logGroupName, context));
  const s3 = context.clients.s3(asService(context, "logs.amazonaws.com"));
  try {
    // Before a task AWS looks by an object of this name whether it may write; the default prefix is none of its.
    await s3.PutObject({
      Bucket: bucket,
      Key: `${destinationPrefix === undefined ? "" : `${destinationPrefix}/`}aws-logs-write-test`,
      Body: Buffer.from("Permission Check Successful"),
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalidParameter(
      error.code === "NoSuchBucket"
        ? "The given bucket does not exist. Please make sure the bucket is valid."
        : `PutObject call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation. (${error.message})`,
    );
  }
  const id = context.random.uuid();
  await context.store.transaction(async (tx) => {
    const { group } = await findGroup(tx, input.logGroupName, context);
    // "Each account can only have one active (RUNNING or PENDING) export task at a time."
    if ((await exports.list(tx, context)).some(isOpen)) throw limitExceeded();
    exports.put(tx, context, [id], {
      id,
      ...(taskName !== undefined && { name: taskName }),
      groupName: group.name,
      groupId: group.id,
      ...(logStreamNamePrefix !== undefined && { streamPrefix: logStreamNamePrefix }),
      fromMs: from,
      toMs: to,
      bucket,
      prefix: destinationPrefix ?? "exportedlogs",
      status: "PENDING",
      createdMs: Math.floor(context.clock.now()),
    });
  });
  return { taskId: id };
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeExportTasks.html */
export const describeExportTasks: Operation<"logs", "DescribeExportTasks", LogsState> = async (
  input,
  context,
) => {
  const { taskId, statusCode, limit = limits.page, nextToken: token } = input;
  const all = await context.store.transaction((tx) => exports.list(tx, context));
  if (taskId !== undefined && !all.some(({ id }) => id === taskId)) throw exportNotFound();
  const wanted = all.filter(
    ({ id, status }) =>
      (taskId === undefined || id === taskId) &&
      (statusCode === undefined || status === statusCode),
  );
  const page = pageOf(wanted, { limit, nextToken: token }, ({ id }) => id);
  return {
    exportTasks: page.items.map(describe),
    ...page.next,
  };
};

function describe(task: ExportRecord): ExportTask {
  const { name, status, problem, createdMs, endedMs } = task;
  const messages = { COMPLETED: "Completed successfully", CANCELLED: "Cancelled by user" };
  const message = problem ?? messages[status as "COMPLETED"];
  return {
    taskId: task.id,
    ...(name !== undefined && { taskName: name }),
    logGroupName: task.groupName,
    from: task.fromMs,
    to: task.toMs,
    destination: task.bucket,
    destinationPrefix: task.prefix,
    status: { code: status, ...(message !== undefined && { message }) },
    executionInfo: {
      creationTime: createdMs,
      ...(endedMs !== undefined && { completionTime: endedMs }),
    },
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CancelExportTask.html */
export const cancelExportTask: Operation<"logs", "CancelExportTask", LogsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const task = await exports.get(tx, context, input.taskId ?? "");
    if (!task) throw exportNotFound();
    if (!isOpen(task)) throw invalidOperation("The specified export task has already finished");
    const endedMs = Math.floor(context.clock.now());
    exports.put(tx, context, [task.id], { ...task, status: "CANCELLED", endedMs });
  });
  return {};
};
