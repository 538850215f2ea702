import assert from "node:assert/strict";
import { test } from "node:test";
import { ask, askInVain } from "#services/kit/load-balancing/testing/ask.ts";
import { createClassicCloud } from "./testing/classic-cloud.ts";

test("a load balancer of a VPC answers whom its groups let in, at listeners of both kinds", async (context) => {
  const cloud = await createClassicCloud(context);
  const id = await cloud.run(() => ({ status: 200, headers: {} }));
  await cloud.create([id], {
    Listeners: [
      { Protocol: "HTTP", LoadBalancerPort: 80, InstancePort: 80 },
      { Protocol: "TCP", LoadBalancerPort: 81, InstancePort: 80 },
    ],
  });
  await cloud.advance("1m");
  const [http, tcp] = [await cloud.bound(80), await cloud.bound(81)];
  assert.equal(await ask(http), "HTTP/1.1 200 OK", "the group that AWS makes is open");
  assert.equal(await ask(tcp), "HTTP/1.1 200 OK");

  const { GroupId } = await cloud.ec2.CreateSecurityGroup({ GroupName: "web", Description: "web" });
  await cloud.elb.ApplySecurityGroupsToLoadBalancer({
    LoadBalancerName: "web",
    SecurityGroups: [GroupId!],
  });
  await cloud.advance("1s");
  assert.equal(await askInVain(http), "nothing");
  assert.equal(await askInVain(tcp), "nothing");
  await cloud.ec2.AuthorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 80, ToPort: 81, IpRanges: [{ CidrIp: "127.0.0.1/32" }] },
    ],
  });
  await cloud.advance("1s");
  assert.equal(await ask(http), "HTTP/1.1 200 OK");
  assert.equal(await ask(tcp), "HTTP/1.1 200 OK");

  const all = { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] };
  await cloud.ec2.RevokeSecurityGroupEgress({ GroupId, IpPermissions: [all] });
  await cloud.advance("1m");
  const [[state] = []] = await cloud.health();
  assert.equal(state, "OutOfService", "its health checks do not get through");
});
