import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Context, Operations } from "#services/kit/service.ts";
import {
  invalidInput,
  invalidToken,
  noSuchLogGroup,
  noSuchQueryLogging,
  queryLoggingExists,
} from "../errors.ts";
import { bareId } from "../ids.ts";
import { limits } from "../limits.ts";
import { pageSize } from "../paging.ts";
import { ofAccount, queryLogging, type QueryLoggingRecord } from "../records.ts";
import type { State } from "../state.ts";
import { findZone } from "../zones.ts";

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateQueryLoggingConfig.html and its neighbours */
export const queryLoggingOperations: Operations<"route53", State> = {
  async CreateQueryLoggingConfig({ HostedZoneId, CloudWatchLogsLogGroupArn }, context) {
    const scope = ofAccount(context);
    const zone = await context.store.transaction((tx) => findZone(tx, scope, HostedZoneId));
    if (zone.isPrivate) throw invalidInput("Query logging is for public hosted zones.");
    await checkLogGroup(context, CloudWatchLogsLogGroupArn!);
    return context.store.transaction(async (tx) => {
      const present = await queryLogging.list(tx, scope);
      if (present.some(({ zoneId }) => zoneId === zone.id)) throw queryLoggingExists();
      const config: QueryLoggingRecord = {
        id: context.random.uuid(),
        zoneId: zone.id,
        logGroupArn: CloudWatchLogsLogGroupArn!,
      };
      queryLogging.put(tx, scope, [config.id], config);
      return {
        QueryLoggingConfig: show(config),
        Location: `https://route53.amazonaws.com/2013-04-01/queryloggingconfig/${config.id}`,
      };
    });
  },
  async GetQueryLoggingConfig({ Id }, context) {
    const found = await context.store.transaction((tx) =>
      queryLogging.get(tx, ofAccount(context), Id!),
    );
    if (!found) throw noSuchQueryLogging();
    return { QueryLoggingConfig: show(found) };
  },
  async DeleteQueryLoggingConfig({ Id }, context) {
    const scope = ofAccount(context);
    await context.store.transaction(async (tx) => {
      if (!(await queryLogging.get(tx, scope, Id!))) throw noSuchQueryLogging();
      queryLogging.delete(tx, scope, Id!);
    });
    return {};
  },
  async ListQueryLoggingConfigs({ HostedZoneId, NextToken, MaxResults }, context) {
    const scope = ofAccount(context);
    const found = await context.store.transaction(async (tx) => {
      if (HostedZoneId !== undefined) await findZone(tx, scope, HostedZoneId);
      return queryLogging.list(tx, scope);
    });
    const chosen = found.filter(
      ({ zoneId }) => HostedZoneId === undefined || zoneId === bareId(HostedZoneId),
    );
    const page = paginate(chosen, {
      limit: pageSize(MaxResults, limits.listPage),
      token: NextToken,
      keyOf: ({ id }) => id,
      invalidToken,
    });
    return { QueryLoggingConfigs: page.items.map(show), NextToken: page.nextToken };
  },
};

async function checkLogGroup({ clients, account }: Context<unknown>, arn: string): Promise<void> {
  const parsed = parseArn(arn);
  const name = /^log-group:([^:*]+)(?::\*)?$/.exec(parsed?.resource ?? "")?.[1];
  if (!parsed || parsed.service !== "logs" || parsed.region !== "us-east-1" || name === undefined)
    throw invalidInput("The ARN for the CloudWatch Logs log group is invalid.");
  const logs = clients.logs(asService({ account, region: parsed.region }, "route53.amazonaws.com"));
  try {
    const { logGroups = [] } = await logs.DescribeLogGroups({ logGroupNamePrefix: name });
    if (logGroups.some(({ logGroupName }) => logGroupName === name)) return;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
  throw noSuchLogGroup();
}

function show({ id, zoneId, logGroupArn }: QueryLoggingRecord) {
  return { Id: id, HostedZoneId: zoneId, CloudWatchLogsLogGroupArn: logGroupArn };
}
