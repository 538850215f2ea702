/** Everything that the shop keeps outside its processes. */
import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type AttributeValue,
} from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Config } from "./config.ts";

const sessionSeconds = 7 * 24 * 3600;

/** Product ids with how many of each. */
export type Cart = Record<string, number>;

export interface Order {
  orderId: string;
  sessionId: string;
  cart: Cart;
}

export interface ShopCloud {
  readCart(sessionId: string): Promise<Cart>;
  addToCart(sessionId: string, product: string): Promise<Cart>;
  emptyCart(sessionId: string): Promise<void>;
  placeOrder(order: Order): Promise<void>;
  /** Waits up to 20 seconds for orders; each must be finished, or it comes back. */
  receiveOrders(): Promise<{ order: Order; finish: () => Promise<void> }[]>;
  /** False when another worker has recorded it already. */
  recordOrder(order: Order): Promise<boolean>;
  putImage(key: string, bytes: Uint8Array, contentType: string): Promise<void>;
  getImage(key: string): Promise<{ bytes: Uint8Array; contentType: string } | undefined>;
}

export function createCloud(config: Config): ShopCloud {
  const table = new DynamoDBClient({});
  const queue = new SQSClient({});
  const bucket = new S3Client({});
  const session = (sessionId: string) => ({
    TableName: config.sessionTable,
    Key: { sessionId: { S: sessionId } },
  });
  return {
    async readCart(sessionId) {
      const { Item } = await table.send(
        new GetItemCommand({ ...session(sessionId), ConsistentRead: true }),
      );
      return cartOf(Item);
    },
    async addToCart(sessionId, product) {
      // One counter a product: two servers that add at once both count.
      const { Attributes } = await table.send(
        new UpdateItemCommand({
          ...session(sessionId),
          UpdateExpression: "SET expiresAt = :end ADD #item :one",
          ExpressionAttributeNames: { "#item": `cart:${product}` },
          ExpressionAttributeValues: {
            ":one": { N: "1" },
            ":end": { N: String(Math.floor(Date.now() / 1000) + sessionSeconds) },
          },
          ReturnValues: "ALL_NEW",
        }),
      );
      return cartOf(Attributes);
    },
    async emptyCart(sessionId) {
      const products = Object.keys(await this.readCart(sessionId));
      if (products.length === 0) return;
      await table.send(
        new UpdateItemCommand({
          ...session(sessionId),
          UpdateExpression: `REMOVE ${products.map((_product, index) => `#item${index}`).join(", ")}`,
          ExpressionAttributeNames: Object.fromEntries(
            products.map((product, index) => [`#item${index}`, `cart:${product}`]),
          ),
        }),
      );
    },
    async placeOrder(order) {
      await queue.send(
        new SendMessageCommand({ QueueUrl: config.orderQueue, MessageBody: JSON.stringify(order) }),
      );
    },
    async receiveOrders() {
      const { Messages = [] } = await queue.send(
        new ReceiveMessageCommand({
          QueueUrl: config.orderQueue,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 20,
        }),
      );
      return Messages.map(({ Body, ReceiptHandle }) => ({
        order: JSON.parse(Body ?? "{}") as Order,
        finish: async () => {
          await queue.send(
            new DeleteMessageCommand({ QueueUrl: config.orderQueue, ReceiptHandle }),
          );
        },
      }));
    },
    async recordOrder({ orderId, sessionId, cart }) {
      try {
        await table.send(
          new PutItemCommand({
            TableName: config.orderTable,
            Item: {
              orderId: { S: orderId },
              sessionId: { S: sessionId },
              cart: { S: JSON.stringify(cart) },
            },
            ConditionExpression: "attribute_not_exists(orderId)",
          }),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
    async putImage(key, bytes, contentType) {
      await bucket.send(
        new PutObjectCommand({
          Bucket: config.uploadBucket,
          Key: key,
          Body: bytes,
          ContentType: contentType,
        }),
      );
    },
    async getImage(key) {
      try {
        const { Body, ContentType = "application/octet-stream" } = await bucket.send(
          new GetObjectCommand({ Bucket: config.uploadBucket, Key: key }),
        );
        if (!Body) return undefined;
        return { bytes: await Body.transformToByteArray(), contentType: ContentType };
      } catch (error) {
        if ((error as Error).name === "NoSuchKey") return undefined;
        throw error;
      }
    },
  };
}

function cartOf(item: Record<string, AttributeValue> | undefined): Cart {
  const cart: Cart = {};
  for (const [name, value] of Object.entries(item ?? {}))
    if (name.startsWith("cart:")) cart[name.slice(5)] = Number(value.N);
  return cart;
}
