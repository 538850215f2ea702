import assert from "node:assert/strict";
import { test } from "node:test";
import { planCertificate } from "./plan.ts";

const day = 86_400_000;
const issued = { status: "ISSUED", type: "AMAZON_ISSUED", createdMs: 0 } as const;

test("what is due for a certificate, and when", () => {
  const pending = { ...issued, status: "PENDING_VALIDATION" } as const;
  assert.deepEqual(planCertificate(pending, undefined, false, 1000), { do: "wait", afterMs: 4000 });
  assert.deepEqual(planCertificate(pending, undefined, false, 5000), { do: "issue" });
  const end = 198 * day;
  assert.deepEqual(planCertificate(issued, end, true, 0), { do: "wait", afterMs: 153 * day });
  assert.deepEqual(planCertificate(issued, end, true, 153 * day), { do: "renew" });
  assert.deepEqual(planCertificate(issued, end, false, 153 * day), { do: "wait", afterMs: day });
  assert.deepEqual(planCertificate(issued, end, false, end), { do: "expire" });
  const imported = { ...issued, type: "IMPORTED" } as const;
  assert.deepEqual(planCertificate(imported, end, false, 153 * day), {
    do: "wait",
    afterMs: 45 * day,
  });
  const revoked = { ...issued, status: "REVOKED" } as const;
  assert.deepEqual(planCertificate(revoked, end, true, end), { do: "nothing" });
});
