/** What services tell EventBridge, for tests. */
import type { TestCloud } from "./test-cloud.ts";

export interface HeardEvent {
  "detail-type": string;
  resources: string[];
  detail: Record<string, unknown>;
}

/**
 * Lets events of a pattern come to a queue of the account. What it gives takes out those that came since it was
 * last called; no order is promised.
 */
export async function hearEvents(
  { clients, caller }: Pick<TestCloud, "clients" | "caller">,
  pattern: object,
): Promise<() => Promise<HeardEvent[]>> {
  const sqs = clients.sqs(caller);
  const events = clients.events(caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "heard" });
  const Arn = `arn:aws:sqs:${caller.region}:${caller.account}:heard`;
  const statement = {
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: Arn,
  };
  await sqs.SetQueueAttributes({
    QueueUrl,
    Attributes: { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) },
  });
  await events.PutRule({ Name: "heard", EventPattern: JSON.stringify(pattern) });
  await events.PutTargets({ Rule: "heard", Targets: [{ Id: "queue", Arn }] });
  return async () => {
    const heard: HeardEvent[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
      if (Messages.length === 0) return heard;
      for (const { Body, ReceiptHandle } of Messages) {
        heard.push(JSON.parse(Body!) as HeardEvent);
        await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
      }
    }
  };
}
