/** A test cloud whose instances' servers are real, on loopback addresses, and a client for its listeners. */
import type { TestContext } from "node:test";
import type { Reach } from "#compute/driver.ts";
import { createTestCloud, type TestCloudOptions } from "#cloud/testing/test-cloud.ts";
import { createHttpClient, type ClientRequest } from "#http/client.ts";
import { readBody, type HttpHandler, type HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import type { Input } from "#model/sdk.ts";
import { bindings, loadBalancers } from "../records.ts";

export async function createClassicCloud(context: TestContext, options: TestCloudOptions = {}) {
  const reaches = new Map<string, Reach>();
  const cloud = createTestCloud({ reach: (id) => reaches.get(id), ...options });
  const elb = cloud.clients.elb(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { wall } = cloud.clock;
  const client = createHttpClient({ wall });
  const servers: HttpServer[] = [];
  context.after(async () => {
    client.close();
    await cloud.stop();
    await Promise.all(servers.map((server) => server.close(0)));
  });
  const bound = (port: number) =>
    cloud.store.transaction(async (tx) => {
      const balancer = await loadBalancers.get(tx, cloud.caller, "web");
      return (await bindings.get(tx, cloud.caller, balancer!.id, port))!.bound;
    });
  return {
    ...cloud,
    elb,
    ec2,
    bound,
    /** A running instance with a server. */
    async run(handler: HttpHandler, zone = "us-east-1a"): Promise<string> {
      const { Images } = await ec2.DescribeImages({ Owners: ["amazon"] });
      const { Instances } = await ec2.RunInstances({
        ImageId: Images!.find(({ Architecture }) => Architecture === "x86_64")!.ImageId!,
        Placement: { AvailabilityZone: zone },
        MinCount: 1,
        MaxCount: 1,
      });
      const server = await serve({ host: "127.0.0.1", port: 0, wall, handler });
      servers.push(server);
      const id = Instances![0]!.InstanceId!;
      await cloud.advance("1m");
      reaches.set(id, { host: "127.0.0.1", port: server.port });
      return id;
    },
    async create(
      ids: readonly string[],
      changes: Partial<Input<"elb", "CreateLoadBalancer">> = {},
    ) {
      const { DNSName } = await elb.CreateLoadBalancer({
        LoadBalancerName: "web",
        AvailabilityZones: ["us-east-1a"],
        Listeners: [{ Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 }],
        ...changes,
      });
      await elb.ConfigureHealthCheck({
        LoadBalancerName: "web",
        HealthCheck: {
          Target: "HTTP:80/ping",
          Interval: 10,
          Timeout: 2,
          HealthyThreshold: 2,
          UnhealthyThreshold: 3,
        },
      });
      await elb.RegisterInstancesWithLoadBalancer({
        LoadBalancerName: "web",
        Instances: ids.map((InstanceId) => ({ InstanceId })),
      });
      return DNSName!;
    },
    async health() {
      const found = await elb.DescribeInstanceHealth({ LoadBalancerName: "web" });
      return found.InstanceStates!.map(({ State, ReasonCode, Description }) => [
        State,
        ReasonCode,
        Description,
      ]);
    },
    async get(path: string, port = 80, changes: Partial<ClientRequest> = {}) {
      const { status, headers, body } = await client.request({
        address: await bound(port),
        method: "GET",
        target: path,
        rawHeaders: ["Host", "shop.example"],
        ...changes,
      });
      return { status, headers, text: String(await readBody(body, 1e6)) };
    },
  };
}
