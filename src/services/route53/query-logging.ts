/**
 * Brings the queries of zones with a query logging configuration to their log groups.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html
 */
import { AwsError } from "#model/error.ts";
import { isoMillis } from "#runtime/date.ts";
import { parseArn } from "#services/kit/arn.ts";
import { startSpooler, type Sampler } from "#services/kit/period-sampler.ts";
import { asService } from "#services/kit/principal.ts";
import type { Client, Environment } from "#services/kit/service.ts";
import { listScopes } from "#store/collection.ts";
import type { LoggedQuery } from "./dataplane/config.ts";
import { queryLogging } from "./records.ts";
import type { State } from "./state.ts";

const everyMs = 1_000;
/** AWS's edge locations are called after airports; this is the one server there is. */
const edgeLocation = "LCL1";
/**
 * So many stay below the megabyte that PutLogEvents takes at once, whatever they are: a name has up to 1,004 characters
 * where all of its bytes are escaped, the rest of a line some 150, and each line counts for 26 more.
 */
const mostEvents = 850;

export function startQueryLogging(env: Environment, state: State): Sampler {
  return startSpooler(env, { everyMs, what: "DNS queries" }, async () => {
    if (!state.logsQueries) return;
    const { queries, dropped } = await state.plane().takeQueries();
    if (dropped > 0) env.log.warn("DNS queries came too fast to be logged", { dropped });
    if (queries.length === 0) return;
    const byZone = Map.groupBy(queries, ({ zoneId }) => zoneId);
    for (const { account, zoneId, logGroupArn } of await findConfigs(env)) {
      const own = byZone.get(zoneId);
      const { region = "", resource = "" } = parseArn(logGroupArn) ?? {};
      if (!own) continue;
      const logs = env.clients.logs(asService({ account, region }, "route53.amazonaws.com"));
      const logGroupName = resource.replace(/^log-group:/, "").replace(/:\*$/, "");
      const { clock } = env;
      const cloudTime = (wallMs: number) =>
        Math.floor(clock.now() - (clock.wall.now() - wallMs) * clock.speed);
      await write(logs, logGroupName, `${zoneId}/${edgeLocation}`, own, cloudTime);
    }
  });
}

function findConfigs({ store }: Environment) {
  return store.transaction(async (tx) => {
    const found: { account: string; zoneId: string; logGroupArn: string }[] = [];
    for (const scope of await listScopes(tx))
      for (const { zoneId, logGroupArn } of await queryLogging.list(tx, scope))
        found.push({ account: scope.account, zoneId, logGroupArn });
    return found;
  });
}

async function write(
  logs: Client<"logs">,
  logGroupName: string,
  logStreamName: string,
  queries: readonly LoggedQuery[],
  cloudTime: (wallMs: number) => number,
): Promise<void> {
  try {
    await logs.CreateLogStream({ logGroupName, logStreamName });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // A group that was deleted gets no more lines, until there is one of its name again.
    if (error.code === "ResourceNotFoundException") return;
    if (error.code !== "ResourceAlreadyExistsException") throw error;
  }
  for (const logEvents of batchesOf(queries, cloudTime))
    await logs.PutLogEvents({ logGroupName, logStreamName, logEvents });
}

/** The queries' lines, in parts that PutLogEvents takes. `cloudTime` makes cloud time of the wall's. */
export function batchesOf(
  queries: readonly LoggedQuery[],
  cloudTime: (wallMs: number) => number,
): { timestamp: number; message: string }[][] {
  const batches: { timestamp: number; message: string }[][] = [];
  for (let at = 0; at < queries.length; at += mostEvents)
    batches.push(
      queries.slice(at, at + mostEvents).map((query) => {
        const timestamp = cloudTime(query.atMs);
        return { timestamp, message: lineOf(query, timestamp) };
      }),
    );
  return batches;
}

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/query-logs.html#query-logs-format */
function lineOf(query: LoggedQuery, atMs: number): string {
  const { zoneId, name, type, code, protocol, address, subnet } = query;
  return `1.0 ${isoMillis(atMs)} ${zoneId} ${name} ${type} ${code} ${protocol} ${edgeLocation} ${address} ${subnet}`;
}
