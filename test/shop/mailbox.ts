/** A queue that is subscribed to the shop's topic, as the person on duty would have it. */
import { SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import type { ShopClients } from "./shop-clients.ts";

export interface Mail {
  subject: string;
  alarm: string;
  oldState: string;
  newState: string;
  reason: string;
  /** "2026-01-05T12:11:05.000+0000" */
  changed: string;
}

export interface Mailbox {
  /** What came since the last call, oldest first. */
  read(): Promise<Mail[]>;
  close(): Promise<void>;
}

export async function subscribeMailbox(
  { sns, sqs }: ShopClients,
  topicArn: string,
): Promise<Mailbox> {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "on-duty" }));
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }),
  );
  const { SubscriptionArn } = await sns.send(
    new SubscribeCommand({ TopicArn: topicArn, Protocol: "sqs", Endpoint: Attributes?.QueueArn }),
  );
  return {
    async read() {
      const mails: Mail[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0, MaxNumberOfMessages: 10 }),
        );
        if (Messages.length === 0) break;
        mails.push(...Messages.map(({ Body = "" }) => parse(Body)));
      }
      return mails.toSorted((a, b) => (a.changed < b.changed ? -1 : 1));
    },
    async close() {
      await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

function parse(body: string): Mail {
  const envelope = JSON.parse(body) as { Subject: string; Message: string };
  const message = JSON.parse(envelope.Message) as Record<string, string>;
  return {
    subject: envelope.Subject,
    alarm: message["AlarmName"] ?? "",
    oldState: message["OldStateValue"] ?? "",
    newState: message["NewStateValue"] ?? "",
    reason: message["NewStateReason"] ?? "",
    changed: message["StateChangeTime"] ?? "",
  };
}
