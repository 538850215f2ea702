/** A cloud with one log group that has one stream. */
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

export async function createLogsScene() {
  const cloud = createTestCloud();
  const logs = cloud.clients.logs(cloud.caller);
  const group = "/shop/web";
  const place = { logGroupName: group, logStreamName: "one" };
  await logs.CreateLogGroup({ logGroupName: group });
  await logs.CreateLogStream(place);
  const write = (...messages: string[]) =>
    logs.PutLogEvents({
      ...place,
      logEvents: messages.map((message, index) => ({
        message,
        timestamp: cloud.clock.now() + index,
      })),
    });
  return { cloud, logs, group, place, write };
}
