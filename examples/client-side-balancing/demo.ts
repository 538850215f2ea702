/**
 * Three servers register in Cloud Map, a client spreads a hundred requests over them; one dies, one says that it is
 * unwell, and the client goes on with the third.
 *
 *     npm start -- --ephemeral          in another terminal
 *     npx node examples/client-side-balancing/demo.ts
 */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import {
  CreateHttpNamespaceCommand,
  CreateServiceCommand,
  GetInstancesHealthStatusCommand,
  GetOperationCommand,
  RegisterInstanceCommand,
  ServiceDiscoveryClient,
  UpdateInstanceCustomHealthStatusCommand,
} from "@aws-sdk/client-servicediscovery";
import { BalancedClient } from "./balanced-client.ts";

export interface DemoResult {
  even: Record<string, number>;
  withoutTheDead: Record<string, number>;
  onlyTheWell: Record<string, number>;
}

export async function play(endpoint: string): Promise<DemoResult> {
  const client = new ServiceDiscoveryClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    // "data-" before the host is for AWS's own endpoints.
    disableHostPrefix: true,
  });
  const namespace = `shop-${process.pid}`;
  const { OperationId } = await client.send(new CreateHttpNamespaceCommand({ Name: namespace }));
  const { Operation } = await client.send(new GetOperationCommand({ OperationId }));
  const { Service } = await client.send(
    new CreateServiceCommand({
      Name: "web",
      NamespaceId: Operation?.Targets?.NAMESPACE,
      HealthCheckCustomConfig: {},
    }),
  );
  const ServiceId = Service?.Id;
  const servers = new Map<string, Server>();
  for (const InstanceId of ["one", "two", "three"]) {
    const server = createServer((_request, response) => void response.end(InstanceId));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    servers.set(InstanceId, server);
    const { port } = server.address() as AddressInfo;
    await client.send(
      new RegisterInstanceCommand({
        ServiceId,
        InstanceId,
        Attributes: { AWS_INSTANCE_IPV4: "127.0.0.1", AWS_INSTANCE_PORT: String(port) },
      }),
    );
  }
  const balanced = new BalancedClient({ client, namespace, service: "web", refreshMs: 0 });
  try {
    const even = await spread(balanced);
    end(servers.get("one")!);
    const withoutTheDead = await spread(balanced);
    await client.send(
      new UpdateInstanceCustomHealthStatusCommand({
        ServiceId,
        InstanceId: "one",
        Status: "UNHEALTHY",
      }),
    );
    await client.send(
      new UpdateInstanceCustomHealthStatusCommand({
        ServiceId,
        InstanceId: "two",
        Status: "UNHEALTHY",
      }),
    );
    // Cloud Map lets thirty seconds pass before it counts.
    await until(async () => {
      const { Status } = await client.send(new GetInstancesHealthStatusCommand({ ServiceId }));
      return Status?.["two"] === "UNHEALTHY";
    });
    return { even, withoutTheDead, onlyTheWell: await spread(balanced) };
  } finally {
    for (const server of servers.values()) end(server);
    client.destroy();
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(250);
}

function end(server: Server): void {
  server.close();
  server.closeAllConnections();
}

/** Who answered a hundred requests, ten at a time. */
async function spread(balanced: BalancedClient): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let round = 0; round < 10; round++)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const name = await (await balanced.fetch("/")).text();
        counts[name] = (counts[name] ?? 0) + 1;
      }),
    );
  return counts;
}

if (process.argv[1] === import.meta.filename)
  console.table(await play(process.env["AWS_ENDPOINT_URL"] ?? "http://127.0.0.1:4566"));
