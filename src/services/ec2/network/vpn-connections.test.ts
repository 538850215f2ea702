import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

async function withGateways(
  run: (
    ec2: ReturnType<TestCloud["clients"]["ec2"]>,
    gateways: { CustomerGatewayId: string; VpnGatewayId: string },
  ) => Promise<void>,
) {
  const cloud = createTestCloud();
  try {
    const ec2 = cloud.clients.ec2(cloud.caller);
    const { CustomerGateway } = await ec2.CreateCustomerGateway({
      Type: "ipsec.1",
      IpAddress: "205.251.242.54",
      BgpAsn: 65_534,
    });
    const { VpnGateway } = await ec2.CreateVpnGateway({ Type: "ipsec.1" });
    await run(ec2, {
      CustomerGatewayId: CustomerGateway!.CustomerGatewayId!,
      VpnGatewayId: VpnGateway!.VpnGatewayId!,
    });
  } finally {
    await cloud.stop();
  }
}

test("a connection has two tunnels, whose device is told where they are", () =>
  withGateways(async (ec2, gateways) => {
    const { VpnConnection: made } = await ec2.CreateVpnConnection({
      Type: "ipsec.1",
      ...gateways,
      Options: {
        TunnelOptions: [
          {
            TunnelInsideCidr: "169.254.7.0/30",
            PreSharedKey: "secret.key",
            StartupAction: "start",
          },
        ],
      },
    });
    assert.equal(made!.State, "pending");
    const id = made!.VpnConnectionId!;
    assert.match(id, /^vpn-0[0-9a-f]{16}$/);
    const { VpnConnections } = await ec2.DescribeVpnConnections({ VpnConnectionIds: [id] });
    const [shown] = VpnConnections!;
    assert.equal(shown!.State, "available");
    const [first, second] = shown!.Options!.TunnelOptions!;
    assert.equal(first!.TunnelInsideCidr, "169.254.7.0/30");
    assert.equal(first!.PreSharedKey, "secret.key");
    assert.equal(first!.StartupAction, "start");
    assert.match(second!.PreSharedKey!, /^[a-zA-Z0-9._]{32}$/);
    assert.notEqual(first!.OutsideIpAddress, second!.OutsideIpAddress);
    assert.deepEqual(
      shown!.VgwTelemetry!.map(({ Status }) => Status),
      ["DOWN", "DOWN"],
    );
    const xml = shown!.CustomerGatewayConfiguration!;
    assert.ok(xml.includes(`<vpn_connection id="${id}">`));
    assert.ok(xml.includes(`<ip_address>${second!.OutsideIpAddress}</ip_address>`));
    assert.ok(xml.includes("<ip_address>169.254.7.2</ip_address>"));
    assert.ok(xml.includes("<pre_shared_key>secret.key</pre_shared_key>"));
    assert.ok(xml.includes("<asn>65534</asn>"));
  }));

test("gateways that are not there, reserved addresses and weak keys are refused", () =>
  withGateways(async (ec2, gateways) => {
    const Type = "ipsec.1";
    const { CustomerGatewayId } = gateways;
    const TransitGatewayId = "tgw-0123456789abcdef0";
    await assert.rejects(ec2.CreateVpnConnection({ Type, ...gateways, TransitGatewayId }), {
      code: "InvalidParameterValue",
      message: "The request must not contain both parameter vpnGatewayId and transitGatewayId",
    });
    await assert.rejects(
      ec2.CreateVpnConnection({ Type, CustomerGatewayId: "cgw-0123abcd", TransitGatewayId }),
      {
        code: "InvalidCustomerGatewayID.NotFound",
        message: "The customerGateway ID 'cgw-0123abcd' does not exist",
      },
    );
    await assert.rejects(ec2.CreateVpnConnection({ Type, CustomerGatewayId, TransitGatewayId }), {
      code: "InvalidTransitGatewayID.NotFound",
      message: `The transitGateway ID '${TransitGatewayId}' does not exist`,
    });
    for (const tunnel of [
      { TunnelInsideCidr: "169.254.5.0/30" },
      { TunnelInsideCidr: "10.0.0.0/30" },
      { PreSharedKey: "0secretkey" },
    ])
      await assert.rejects(
        ec2.CreateVpnConnection({ Type, ...gateways, Options: { TunnelOptions: [tunnel] } }),
        { code: "InvalidParameterValue" },
      );
    assert.deepEqual((await ec2.DescribeVpnConnections({})).VpnConnections, []);
  }));

test("static routes come and go, and a gateway in use stays", () =>
  withGateways(async (ec2, gateways) => {
    const { VpnConnection: made } = await ec2.CreateVpnConnection({
      Type: "ipsec.1",
      ...gateways,
      Options: { StaticRoutesOnly: true },
    });
    const VpnConnectionId = made!.VpnConnectionId!;
    const route = { VpnConnectionId, DestinationCidrBlock: "192.168.1.7/24" };
    await ec2.CreateVpnConnectionRoute(route);
    const routes = async () =>
      (await ec2.DescribeVpnConnections({})).VpnConnections![0]!.Routes!.map(
        (one) => one.DestinationCidrBlock,
      );
    assert.deepEqual(await routes(), ["192.168.1.0/24"]);
    await ec2.DeleteVpnConnectionRoute(route);
    assert.deepEqual(await routes(), []);
    const { CustomerGatewayId, VpnGatewayId } = gateways;
    await assert.rejects(ec2.DeleteCustomerGateway({ CustomerGatewayId }), {
      code: "IncorrectState",
      message: "The customer gateway is in use.",
    });
    await assert.rejects(ec2.DeleteVpnGateway({ VpnGatewayId }), { code: "IncorrectState" });
    await ec2.DeleteVpnConnection({ VpnConnectionId });
    await ec2.DeleteVpnGateway({ VpnGatewayId });
    await ec2.DeleteCustomerGateway({ CustomerGatewayId });
    const [left] = (await ec2.DescribeVpnConnections({})).VpnConnections!;
    assert.equal(left!.State, "deleted");
    await assert.rejects(ec2.DeleteVpnConnection({ VpnConnectionId: "vpn-0123abcd" }), {
      code: "InvalidVpnConnectionID.NotFound",
      message: "The vpnConnection ID 'vpn-0123abcd' does not exist",
    });
  }));
