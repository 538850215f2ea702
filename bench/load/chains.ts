/** What cannot be said with requests that were signed beforehand: each call needs the one before. */
import { Connection } from "./client.ts";
import { jsonCall } from "./sign.ts";

const seconds = Number(process.env["BENCH_SECONDS"] ?? 2);
const sqs = (operation: string, input: object) => jsonCall("sqs", `AmazonSQS.${operation}`, input);
const queueUrl = (name: string) => `http://127.0.0.1:4566/000000000000/${name}`;

interface Received {
  Messages?: { ReceiptHandle: string }[];
}

/** Messages per second that are sent, received and deleted in tens, over 16 connections. */
async function sendReceiveDelete(port: number): Promise<string> {
  const connections = await Promise.all(Array.from({ length: 16 }, () => Connection.open(port)));
  await connections[0]!.ask(sqs("CreateQueue", { QueueName: "tens" }));
  const QueueUrl = queueUrl("tens");
  const entries = Array.from({ length: 10 }, (_, index) => ({
    Id: String(index),
    MessageBody: "x".repeat(256),
  }));
  const send = sqs("SendMessageBatch", { QueueUrl, Entries: entries });
  const receive = sqs("ReceiveMessage", { QueueUrl, MaxNumberOfMessages: 10 });
  let messages = 0;
  const startMs = performance.now();
  const endMs = startMs + 2 * seconds * 1000;
  await Promise.all(
    connections.map(async (connection) => {
      while (performance.now() < endMs) {
        await connection.ask(send);
        const { body } = await connection.ask(receive);
        const { Messages = [] } = JSON.parse(body.toString()) as Received;
        const Entries = Messages.map(({ ReceiptHandle }, Id) => ({
          Id: String(Id),
          ReceiptHandle,
        }));
        await connection.ask(sqs("DeleteMessageBatch", { QueueUrl, Entries }));
        messages += Messages.length;
      }
    }),
  );
  const perSecond = messages / ((performance.now() - startMs) / 1000);
  for (const connection of connections) connection.close();
  return `SQS send, receive, delete in tens: ${Math.round(perSecond).toLocaleString("en")} messages/s`;
}

/** From sending a message to a waiting long poll's answer. */
async function longPoll(port: number): Promise<string> {
  const [sender, receiver] = [await Connection.open(port), await Connection.open(port)];
  await sender.ask(sqs("CreateQueue", { QueueName: "poll" }));
  const QueueUrl = queueUrl("poll");
  const send = sqs("SendMessage", { QueueUrl, MessageBody: "now" });
  const receive = sqs("ReceiveMessage", { QueueUrl, WaitTimeSeconds: 20 });
  const latenciesMs: number[] = [];
  for (let round = 0; round < 500; round++) {
    const waiting = receiver.ask(receive);
    await new Promise((resolve) => setTimeout(resolve, 4));
    const startMs = performance.now();
    const sent = sender.ask(send);
    await waiting;
    latenciesMs.push(performance.now() - startMs);
    await sent;
  }
  sender.close();
  receiver.close();
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)]!.toFixed(2);
  return `SQS send to waiting long poll: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
}

export const chains: Record<string, (port: number) => Promise<string>> = {
  "sqs-tens": sendReceiveDelete,
  "sqs-poll": longPoll,
};
