import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { createNameDirectory } from "#services/kit/name-directory.ts";
import { endpointNameReconciler } from "./reconcilers/endpoint-names.ts";

interface Stage {
  cloud: TestCloud;
  ec2: ReturnType<TestCloud["clients"]["ec2"]>;
  arn: string;
  dnsName: string;
  VpcId: string;
  /** The first is in the load balancer's zone, the second in another. */
  subnets: string[];
}

async function withBalancer(run: (stage: Stage) => Promise<void>) {
  const cloud = createTestCloud();
  try {
    const ec2 = cloud.clients.ec2(cloud.caller);
    const { Subnets } = await ec2.DescribeSubnets({});
    const inZone = (zone: string) =>
      Subnets!.find(({ AvailabilityZone }) => AvailabilityZone === zone)!.SubnetId!;
    const subnets = [inZone("us-east-1a"), inZone("us-east-1b")];
    const { LoadBalancers } = await cloud.clients.elbv2(cloud.caller).CreateLoadBalancer({
      Name: "shop",
      Type: "network",
      Scheme: "internal",
      Subnets: [subnets[0]!],
    });
    const { LoadBalancerArn, DNSName, VpcId } = LoadBalancers![0]!;
    await run({ cloud, ec2, arn: LoadBalancerArn!, dnsName: DNSName!, VpcId: VpcId!, subnets });
  } finally {
    await cloud.stop();
  }
}

test("a service is offered by a network load balancer, shown, changed and taken back", () =>
  withBalancer(async ({ cloud, ec2, arn }) => {
    await assert.rejects(ec2.CreateVpcEndpointServiceConfiguration({}), {
      code: "InvalidParameter",
      message:
        "exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member",
    });
    await assert.rejects(
      ec2.CreateVpcEndpointServiceConfiguration({ NetworkLoadBalancerArns: [`${arn}0`] }),
      { code: "InvalidParameter" },
    );
    const { ServiceConfiguration: made } = await ec2.CreateVpcEndpointServiceConfiguration({
      NetworkLoadBalancerArns: [arn],
      PrivateDnsName: "shop.example.com",
    });
    const ServiceId = made!.ServiceId!;
    assert.equal(made!.ServiceName, `com.amazonaws.vpce.us-east-1.${ServiceId}`);
    assert.equal(made!.AcceptanceRequired, true);
    assert.deepEqual(made!.AvailabilityZones, ["us-east-1a"]);
    assert.equal(made!.PrivateDnsNameConfiguration!.State, "pendingVerification");
    const elb = cloud.clients.elbv2(cloud.caller);
    await assert.rejects(elb.DeleteLoadBalancer({ LoadBalancerArn: arn }), {
      code: "ResourceInUse",
      message: `Load balancer '${arn}' cannot be deleted because it is currently associated with another service`,
    });
    await ec2.CreateTags({ Resources: [ServiceId], Tags: [{ Key: "team", Value: "shop" }] });
    await ec2.ModifyVpcEndpointServiceConfiguration({
      ServiceId,
      AcceptanceRequired: false,
      RemovePrivateDnsName: true,
    });
    const { ServiceConfigurations } = await ec2.DescribeVpcEndpointServiceConfigurations({
      ServiceIds: [ServiceId],
    });
    const [shown] = ServiceConfigurations!;
    assert.equal(shown!.AcceptanceRequired, false);
    assert.equal(shown!.PrivateDnsName, undefined);
    assert.deepEqual(shown!.Tags, [{ Key: "team", Value: "shop" }]);
    const { ServiceDetails } = await ec2.DescribeVpcEndpointServices({
      ServiceNames: [`com.amazonaws.vpce.us-east-1.${ServiceId}`],
    });
    assert.equal(ServiceDetails![0]!.Owner, "123456789012");
    assert.deepEqual(
      await ec2.DeleteVpcEndpointServiceConfigurations({ ServiceIds: [ServiceId, ServiceId] }),
      {
        Unsuccessful: [
          {
            ResourceId: ServiceId,
            Error: {
              Code: "InvalidVpcEndpointService.NotFound",
              Message: `The VpcEndpointService Id '${ServiceId}' does not exist`,
            },
          },
        ],
      },
    );
    await elb.DeleteLoadBalancer({ LoadBalancerArn: arn });
    await assert.rejects(
      ec2.DescribeVpcEndpointServiceConfigurations({ ServiceIds: [ServiceId] }),
      {
        code: "InvalidVpcEndpointServiceId.NotFound",
        message: `The VpcEndpointService Id '${ServiceId}' does not exist`,
      },
    );
  }));

test("principals are allowed and disallowed", () =>
  withBalancer(async ({ ec2, arn }) => {
    const { ServiceConfiguration: made } = await ec2.CreateVpcEndpointServiceConfiguration({
      NetworkLoadBalancerArns: [arn],
    });
    const ServiceId = made!.ServiceId!;
    const root = "arn:aws:iam::210987654321:root";
    const service = "appflow.amazonaws.com";
    await ec2.ModifyVpcEndpointServicePermissions({
      ServiceId,
      AddAllowedPrincipals: [root, service, "*"],
    });
    await ec2.ModifyVpcEndpointServicePermissions({ ServiceId, RemoveAllowedPrincipals: ["*"] });
    const { AllowedPrincipals } = await ec2.DescribeVpcEndpointServicePermissions({ ServiceId });
    assert.deepEqual(
      AllowedPrincipals!.map((one) => [one.Principal, one.PrincipalType]),
      [
        [service, "Service"],
        [root, "Account"],
      ],
    );
    await assert.rejects(
      ec2.ModifyVpcEndpointServicePermissions({ ServiceId, AddAllowedPrincipals: ["somebody"] }),
      { code: "InvalidPrincipal" },
    );
  }));

test("an endpoint waits for the service's owner, and then leads to the load balancer", () =>
  withBalancer(async ({ cloud, ec2, arn, dnsName, VpcId, subnets }) => {
    const { ServiceConfiguration: made } = await ec2.CreateVpcEndpointServiceConfiguration({
      NetworkLoadBalancerArns: [arn],
    });
    const { ServiceId, ServiceName } = made!;
    const wanted = { VpcId, ServiceName, VpcEndpointType: "Interface" as const };
    await assert.rejects(ec2.CreateVpcEndpoint({ ...wanted, SubnetIds: [subnets[1]!] }), {
      code: "InvalidParameter",
      message: /does not support the availability zone of the subnet/,
    });
    const { VpcEndpoint } = await ec2.CreateVpcEndpoint({ ...wanted, SubnetIds: [subnets[0]!] });
    const id = VpcEndpoint!.VpcEndpointId!;
    assert.equal(VpcEndpoint!.State, "pendingAcceptance");
    assert.deepEqual(VpcEndpoint!.NetworkInterfaceIds, []);

    const names = createNameDirectory();
    const { clients, store } = cloud;
    const reconciler = endpointNameReconciler({ clients, store, names });
    names.publish(arn, {
      names: [
        { name: dnsName, addresses: ["127.64.0.7"] },
        { name: `us-east-1a.${dnsName}`, addresses: ["127.64.0.7"] },
      ],
    });
    const led = async () => {
      await reconciler.reconcile(cloud.caller, [id]);
      const own = names.list().flatMap((one) => one.names);
      return own.filter(({ name }) => name.startsWith(id));
    };
    assert.deepEqual(await led(), []);

    const VpcEndpointIds = [id];
    const decided = await ec2.AcceptVpcEndpointConnections({ ServiceId, VpcEndpointIds });
    assert.deepEqual(decided.Unsuccessful, []);
    const { VpcEndpointConnections } = await ec2.DescribeVpcEndpointConnections({});
    assert.equal(VpcEndpointConnections![0]!.VpcEndpointState, "available");
    const shown = (await ec2.DescribeVpcEndpoints({})).VpcEndpoints![0]!;
    assert.equal(shown.NetworkInterfaceIds!.length, 1);
    assert.deepEqual(
      await led(),
      shown.DnsEntries!.map(({ DnsName }) => ({ name: DnsName, addresses: ["127.64.0.7"] })),
    );

    const { Unsuccessful } = await ec2.DeleteVpcEndpointServiceConfigurations({
      ServiceIds: [ServiceId!],
    });
    assert.equal(Unsuccessful![0]!.Error!.Code, "ExistingVpcEndpointConnections");
    await ec2.RejectVpcEndpointConnections({ ServiceId, VpcEndpointIds });
    assert.deepEqual(await led(), []);
    assert.equal((await ec2.DescribeVpcEndpoints({})).VpcEndpoints![0]!.State, "rejected");
  }));
