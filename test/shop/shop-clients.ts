/** The scenario's clients, and those of services that only the tests look into. */
import type { TestContext } from "node:test";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SNSClient } from "@aws-sdk/client-sns";
import { createClients } from "../../examples/shop/scenario/clients.ts";

export type ShopClients = ReturnType<typeof createShopClients>;

export function createShopClients(test: TestContext, endpoint: string) {
  const config = {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "shop", secretAccessKey: "shop" },
  };
  const clients = {
    ...createClients(endpoint),
    ec2: new EC2Client(config),
    iam: new IAMClient(config),
    sns: new SNSClient(config),
  };
  test.after(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  return clients;
}
