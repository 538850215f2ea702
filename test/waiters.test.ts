/** The waiters that AWS's clients have for machines, their network and their balancers, against a cloud on a port. */
import { after, before, describe, test } from "node:test";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancing } from "@aws-sdk/client-elastic-load-balancing";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { SSM } from "@aws-sdk/client-ssm";
import { startCloud, type Cloud } from "#cloud/cloud.ts";
import { playFleet } from "./waiters/fleet.ts";
import { playInstance, playInterface, playSpot, playVolume } from "./waiters/machines.ts";
import { makeNetwork, type Network } from "./waiters/network.ts";
import { patience } from "./waiters/patience.ts";

const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

describe("waiters", () => {
  let cloud: Cloud;
  let network: Network;
  let imageId: string;
  const options = () => ({
    endpoint: cloud.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });

  before(async () => {
    // Simulated machines, and a minute of theirs in a second: what takes AWS minutes is waited for in seconds.
    cloud = await startCloud({ compute: "simulated", speed: 60, logLevel: "error" });
    network = await makeNetwork(new EC2(options()), patience);
    const { Parameter } = await new SSM(options()).getParameter({ Name: image });
    imageId = Parameter!.Value!;
  });
  after(() => cloud.stop());

  // Each mostly waits, so they wait together; the network goes when nobody needs it any more.
  test("machines and balancers reach every state that clients wait for, and the network is destroyed behind them", async (t) => {
    const ec2 = new EC2(options());
    const plays: Record<string, () => Promise<void>> = {
      "an instance": () => playInstance(ec2, patience, network, imageId),
      "a volume": () => playVolume(ec2, patience, network, imageId),
      "a network interface": () => playInterface(ec2, patience, network),
      "a Spot request": () => playSpot(ec2, patience, network, imageId),
      "a group behind balancers": () =>
        playFleet(
          {
            autoScaling: new AutoScaling(options()),
            elb: new ElasticLoadBalancing(options()),
            elbv2: new ElasticLoadBalancingV2(options()),
          },
          patience,
          network,
          imageId,
        ),
    };
    await Promise.all(Object.entries(plays).map(([name, play]) => t.test(name, play)));
    await t.test("the network", () => network.destroy());
  });
});
