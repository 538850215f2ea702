import { describeComputeDriver } from "../driver.suite.ts";
import { createProcessHarness } from "./testing/process-harness.ts";

describeComputeDriver("process, as far apart as this host allows", {
  create: () => createProcessHarness(),
});
describeComputeDriver("process, in directories", {
  create: () => createProcessHarness("directory"),
});
