import { describe, test } from "node:test";
import { describeComputeDriver } from "../driver.suite.ts";
import { createDockerHarness, whyNoDocker } from "./testing/docker-harness.ts";

const reason = await whyNoDocker();

if (reason === undefined)
  describeComputeDriver("docker", {
    create: createDockerHarness,
    noMounts: "a container has not the right to mount anything",
  });
else describe("compute driver: docker", () => void test("the suite", { skip: reason }, () => {}));
