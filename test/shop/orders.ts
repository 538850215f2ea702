/** Orders on the shop's queue, and workers that take them off it: the test does what the app would do. */
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type Message,
} from "@aws-sdk/client-sqs";
import type { Clients } from "../../examples/shop/scenario/clients.ts";
import type { ShopStack } from "../../examples/shop/scenario/stack.ts";

/** What a worker gets done in a step. */
const doneByWorker = 3;

export interface Orders {
  /** Ids of all orders that were put on the queue. */
  readonly placed: ReadonlySet<string>;
  /** How many orders are placed in each step, from now on. */
  perStep: number;
  /** A step of so many workers: new orders come in, each worker finishes some if there are any. */
  step(workers: number): Promise<void>;
  /** A worker takes an order, and what becomes of it is another matter. */
  takeOne(): Promise<Message | undefined>;
}

export function createOrders({ dynamodb, sqs }: Clients, stack: ShopStack): Orders {
  const QueueUrl = stack.orderQueueUrl;
  const placed = new Set<string>();
  const done = new Set<string>();
  const takeOne = async () => {
    // Without waiting: time stands still while a worker asks.
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds: 0,
        MessageSystemAttributeNames: ["ApproximateReceiveCount"],
      }),
    );
    return Messages?.[0];
  };
  const orders: Orders = {
    placed,
    perStep: 0,
    takeOne,
    async step(workers) {
      for (let count = 0; count < orders.perStep; count++) {
        const orderId = `order-${placed.size + 1}`;
        await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: orderId }));
        placed.add(orderId);
      }
      for (let count = 0; count < workers * doneByWorker && done.size < placed.size; count++) {
        const message = await takeOne();
        if (!message) return;
        await dynamodb.send(
          new PutItemCommand({
            TableName: stack.orderTable,
            Item: { orderId: { S: message.Body! } },
          }),
        );
        await sqs.send(
          new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }),
        );
        done.add(message.Body!);
      }
    },
  };
  return orders;
}
