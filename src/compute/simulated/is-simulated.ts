import type { ComputeDriver } from "../driver.ts";
import type { SimulatedDriver } from "./simulated-driver.ts";

/** Whether the driver's machines are only computed, and so can be offered load and made to fail. */
export function isSimulated(driver: ComputeDriver): driver is SimulatedDriver {
  return driver.name === "simulated" && "load" in driver;
}
