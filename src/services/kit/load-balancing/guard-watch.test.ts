import assert from "node:assert/strict";
import { test } from "node:test";
import type { Environment } from "../service.ts";
import { createGroupDirectory } from "../group-directory.ts";
import { createNameDirectory } from "../name-directory.ts";
import { createGuardWatch } from "./guard-watch.ts";

const scope = { account: "123456789012", region: "us-east-1" };
const web = { vpcId: "vpc-1", scheme: "internet-facing" as const, securityGroups: ["sg-web"] };

function stage() {
  const said: string[] = [];
  const say = (level: string) => (_text: string, facts: { port: number }) =>
    void said.push(`${level} ${facts.port}`);
  const groups = createGroupDirectory();
  const env = {
    groups,
    names: createNameDirectory(),
    log: { warn: say("warn"), info: say("info") },
  } as unknown as Environment;
  const open = (port: number, who: { cidrs?: string[]; groups?: string[] }) =>
    groups.publish(scope, {
      rules: new Map([
        [
          "sg-web",
          {
            ingress: [
              { protocol: 6, ports: { from: port, to: port }, cidrs: [], groups: [], ...who },
            ],
            egress: [],
          },
        ],
      ]),
      defaults: new Set(["sg-default"]),
      members: [],
    });
  return { watch: createGuardWatch(env), open, take: () => said.splice(0) };
}

test("a listener that this machine cannot reach is told of once, and again when rules change", () => {
  const { watch, open, take } = stage();
  let woken = 0;
  const serve = (ports: number[]) =>
    watch.serve("web", scope, web, { name: "web", ports }, () => void woken++);
  open(80, { cidrs: ["0.0.0.0/0"] });
  assert.equal(serve([]), 1);
  assert.equal(serve([80, 443]), 1);
  assert.deepEqual(take(), ["warn 443"]);
  assert.equal(serve([80, 443]), 1);
  assert.deepEqual(take(), []);
  open(80, { cidrs: ["0.0.0.0/0"] });
  assert.equal(woken, 0, "nothing has changed for it");
  open(443, { groups: ["sg-default"] });
  assert.equal(woken, 1);
  assert.equal(serve([80, 443]), 2);
  assert.deepEqual(take(), ["warn 80", "info 443"]);
  watch.forget("web");
  open(80, {});
  assert.equal(woken, 1);
});

test("a load balancer without security groups is served at once", () => {
  const { watch, take } = stage();
  const free = { vpcId: "vpc-1", scheme: "internet-facing" as const, securityGroups: [] };
  assert.equal(
    watch.serve("net", scope, { ...free, type: "network" }, { name: "net", ports: [80] }, () => {}),
    1,
  );
  assert.deepEqual(take(), []);
});
