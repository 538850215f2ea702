import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  { operation: "*", differs: "Resource policies are kept and shown; they refuse nobody yet." },
  {
    operation: "RotateSecret",
    differs:
      "Rotation functions of Lambda are refused, as Fogbank has no Lambda; schedules are not kept.",
  },
];
