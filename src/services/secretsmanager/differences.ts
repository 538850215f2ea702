import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  { operation: "*", differs: "Resource policies are kept and shown; they refuse nobody yet." },
  { operation: "CreateSecret", differs: "Replicas in other Regions are refused." },
];
