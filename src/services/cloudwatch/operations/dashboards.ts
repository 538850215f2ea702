import type { Operation } from "#services/kit/service.ts";
import { formatArn } from "#services/kit/arn.ts";
import { paginate } from "#services/kit/pagination.ts";
import { tagsFromList } from "#services/kit/tags.ts";
import { dateOf } from "#runtime/date.ts";
import { checkBody } from "../dashboards/check-body.ts";
import { dashboardInvalid, dashboardNotFound, invalidNextToken } from "../errors.ts";
import type { State } from "../metrics/memory.ts";
import { dashboards } from "../records.ts";

const dashboardsPerPage = 1000;

function arnOf(account: string, region: string, name: string): string {
  // A dashboard's ARN names no region.
  return formatArn("cloudwatch", { account, region }, `dashboard/${name}`).replace(
    `:${region}:`,
    "::",
  );
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html */
export const putDashboard: Operation<"cloudwatch", "PutDashboard", State> = async (
  input,
  context,
) => {
  const { DashboardName: name = "", DashboardBody: body = "" } = input;
  if (!/^[\w-]+$/.test(name))
    throw dashboardInvalid([
      {
        DataPath: "/",
        Message: `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).`,
      },
    ]);
  const { errors, warnings } = checkBody(body);
  if (errors.length > 0) throw dashboardInvalid(errors);
  await context.store.transaction(async (tx) => {
    const modifiedMs = context.clock.now();
    const present = await dashboards.get(tx, context, name);
    // As for alarms: "to change the tags of an existing dashboard, use TagResource or UntagResource".
    const tags = present ? (present.tags ?? {}) : tagsFromList(input.Tags);
    dashboards.put(tx, context, [name], { name, body, modifiedMs, tags });
  });
  return { DashboardValidationMessages: warnings };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetDashboard.html */
export const getDashboard: Operation<"cloudwatch", "GetDashboard", State> = async (
  input,
  context,
) => {
  const name = input.DashboardName ?? "";
  const found = await context.store.transaction((tx) => dashboards.get(tx, context, name));
  if (!found) throw dashboardNotFound([name]);
  return {
    DashboardArn: arnOf(context.account, context.region, name),
    DashboardBody: found.body,
    DashboardName: name,
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_ListDashboards.html */
export const listDashboards: Operation<"cloudwatch", "ListDashboards", State> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => dashboards.list(tx, context));
  const prefix = input.DashboardNamePrefix ?? "";
  const { items, nextToken } = paginate(
    all.filter(({ name }) => name.startsWith(prefix)),
    {
      limit: dashboardsPerPage,
      token: input.NextToken,
      keyOf: ({ name }) => name,
      invalidToken: invalidNextToken,
    },
  );
  return {
    DashboardEntries: items.map(({ name, body, modifiedMs }) => ({
      DashboardName: name,
      DashboardArn: arnOf(context.account, context.region, name),
      LastModified: dateOf(modifiedMs),
      Size: Buffer.byteLength(body),
    })),
    ...(nextToken !== undefined && { NextToken: nextToken }),
  };
};

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteDashboards.html */
export const deleteDashboards: Operation<"cloudwatch", "DeleteDashboards", State> = async (
  input,
  context,
) => {
  const names = input.DashboardNames ?? [];
  await context.store.transaction(async (tx) => {
    const missing: string[] = [];
    for (const name of names) if (!(await dashboards.get(tx, context, name))) missing.push(name);
    if (missing.length > 0) throw dashboardNotFound(missing);
    for (const name of names) dashboards.delete(tx, context, name);
  });
  return {};
};
