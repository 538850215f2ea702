/** A test cloud with a default VPC, backends on loopback addresses, and a client for its listeners. */
import type { TestContext } from "node:test";
import { createTestCloud, type TestCloudOptions } from "#cloud/testing/test-cloud.ts";
import { createHttpClient, type ClientRequest } from "#http/client.ts";
import { readBody, type HttpHandler, type HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import type { Input } from "#model/sdk.ts";
import { listeners } from "../records.ts";

export type BalancedCloud = Awaited<ReturnType<typeof createBalancedCloud>>;

export async function createBalancedCloud(context: TestContext, options: TestCloudOptions = {}) {
  const cloud = createTestCloud(options);
  const elb = cloud.clients.elbv2(cloud.caller);
  const ec2 = cloud.clients.ec2(cloud.caller);
  const { wall } = cloud.clock;
  const client = createHttpClient({ wall });
  const servers: HttpServer[] = [];
  context.after(async () => {
    client.close();
    await cloud.stop();
    await Promise.all(servers.map((server) => server.close(0)));
  });
  const { Subnets } = await ec2.DescribeSubnets({});
  const subnets = Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!);
  const vpcId = Subnets![0]!.VpcId!;
  return {
    ...cloud,
    elb,
    ec2,
    subnets,
    vpcId,
    async backend(handler: HttpHandler): Promise<number> {
      const server = await serve({ host: "127.0.0.1", port: 0, wall, handler });
      servers.push(server);
      return server.port;
    },
    async createBalancer(
      name = "web",
      changes: Partial<Input<"elbv2", "CreateLoadBalancer">> = {},
    ) {
      const { LoadBalancers } = await elb.CreateLoadBalancer({
        Name: name,
        Subnets: subnets,
        ...changes,
      });
      return LoadBalancers![0]!;
    },
    async createGroup(changes: Partial<Input<"elbv2", "CreateTargetGroup">> = {}) {
      const { TargetGroups } = await elb.CreateTargetGroup({
        Name: "app",
        Protocol: "HTTP",
        Port: 80,
        VpcId: vpcId,
        TargetType: "ip",
        ...changes,
      });
      return TargetGroups![0]!;
    },
    async listen(
      loadBalancerArn: string,
      action: NonNullable<Input<"elbv2", "CreateListener">["DefaultActions"]>[number],
      port = 80,
    ) {
      const { Listeners } = await elb.CreateListener({
        LoadBalancerArn: loadBalancerArn,
        Protocol: "HTTP",
        Port: port,
        DefaultActions: [action],
      });
      return Listeners![0]!;
    },
    /** A security group that lets these in, by TCP. */
    async createSecurityGroup(name: string, ...rules: { port: number; cidr: string }[]) {
      const { GroupId } = await ec2.CreateSecurityGroup({ GroupName: name, Description: name });
      if (rules.length > 0)
        await ec2.AuthorizeSecurityGroupIngress({
          GroupId,
          IpPermissions: rules.map(({ port, cidr }) => ({
            IpProtocol: "tcp",
            FromPort: port,
            ToPort: port,
            IpRanges: [{ CidrIp: cidr }],
          })),
        });
      return GroupId!;
    },
    async healthOf(targetGroupArn: string) {
      const { TargetHealthDescriptions } = await elb.DescribeTargetHealth({
        TargetGroupArn: targetGroupArn,
      });
      return TargetHealthDescriptions!.map(({ TargetHealth }) => [
        TargetHealth!.State,
        ...(TargetHealth!.Reason ? [TargetHealth!.Reason] : []),
      ]);
    },
    /** A request to where the data plane bound the first listener. */
    async get(path: string, changes: Partial<ClientRequest> = {}) {
      const [record] = await cloud.store.transaction((tx) => listeners.list(tx, cloud.caller));
      const { status, headers, body } = await client.request({
        address: record!.bound!,
        method: "GET",
        target: path,
        rawHeaders: ["Host", "shop.example"],
        ...changes,
      });
      return { status, headers, text: String(await readBody(body, 1e6)) };
    },
  };
}
