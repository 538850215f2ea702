import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { decode, encode, type Packet } from "dns-packet";
import { createDockerHarness, whyNoDocker } from "./testing/docker-harness.ts";

const reason =
  (await whyNoDocker()) ??
  (process.getuid?.() === 0 ? undefined : "only root leads packets elsewhere");

test(
  "a container's resolver, the VPC's third address and 169.254.169.253 are where its driver says",
  { skip: reason ?? false, timeout: 300_000 },
  async (t) => {
    const harness = await createDockerHarness();
    t.after(() => harness.dispose());
    const { driver } = harness;
    const id = "i-0123456789abcdef7";
    assert.equal(await driver.resolverHost(id), undefined);
    await driver.launch({
      id,
      image: { id: "ami-base" },
      cpus: 1,
      memoryBytes: 128 << 20,
      privateIp: "10.213.1.7",
      hostname: "ip-10-213-1-7.ec2.internal",
      network: { id: "vpc-0123456789abcdef7", cidr: "10.213.0.0/16" },
      environment: {},
      labels: {},
    });
    while ((await driver.observe(id)).state !== "running") await harness.pass();
    const host = await driver.resolverHost(id);
    assert.equal(host, "10.213.0.1");
    const server = createSocket("udp4");
    server.on("message", (bytes, from) => {
      const { id: query, questions } = decode(bytes) as Packet;
      const [question] = questions!;
      const answers =
        question!.type === "A"
          ? [{ type: "A" as const, name: question!.name, ttl: 60, data: "10.213.1.99" }]
          : [];
      const reply = encode({ type: "response", id: query!, questions: questions!, answers });
      server.send(reply, from.port, from.address);
    });
    server.bind(53, host);
    await once(server, "listening");
    t.after(() => void server.close());
    for (const asked of ["", "10.213.0.2", "169.254.169.253"]) {
      const { stdout } = await driver.execute(id, ["sh", "-c", `nslookup web.internal ${asked}`]);
      assert.match(stdout, /10\.213\.1\.99/, `${asked}: ${stdout}`);
    }
  },
);
