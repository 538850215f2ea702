import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  { operation: "*", differs: "Resource policies are kept and shown; they refuse nobody yet." },
  {
    operation: "RotateSecret",
    differs:
      "A rotation begins when it is due and not anywhere within its window; Duration is kept and shown. A rotation that failed is tried five times, then again when the next is due. The rotation of external secrets is refused.",
  },
];
