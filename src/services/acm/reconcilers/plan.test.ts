import assert from "node:assert/strict";
import { test } from "node:test";
import { planCertificate } from "./plan.ts";

const day = 86_400_000;
const end = 198 * day;
const issued = { status: "ISSUED", type: "AMAZON_ISSUED", createdMs: 0 } as const;
const used = { notAfterMs: end, eligible: true, validated: true };

test("a requested certificate is issued once its names are validated, within three days", () => {
  const pending = { ...issued, status: "PENDING_VALIDATION" } as const;
  const open = { notAfterMs: undefined, eligible: false, validated: false };
  assert.deepEqual(planCertificate(pending, open, 1000), { do: "wait", afterMs: 4000 });
  assert.deepEqual(planCertificate(pending, { ...open, validated: true }, 5000), { do: "issue" });
  const waits = (ageMs: number) => planCertificate(pending, open, ageMs);
  assert.deepEqual(waits(5000), { do: "await-validation", afterMs: 5000 });
  assert.deepEqual(waits(600_000), { do: "await-validation", afterMs: 60_000 });
  assert.deepEqual(waits(2 * day), { do: "await-validation", afterMs: 900_000 });
  assert.deepEqual(waits(3 * day - 1000), { do: "await-validation", afterMs: 1000 });
  assert.deepEqual(waits(3 * day), { do: "time-out" });
});

test("what is due for a certificate that was issued, and when", () => {
  const unused = { ...used, eligible: false };
  assert.deepEqual(planCertificate(issued, used, 0), { do: "wait", afterMs: 153 * day });
  assert.deepEqual(planCertificate(issued, used, 153 * day), { do: "renew" });
  assert.deepEqual(planCertificate(issued, unused, 153 * day), { do: "wait", afterMs: day });
  assert.deepEqual(planCertificate(issued, unused, end), { do: "expire" });
  const gone = { ...used, validated: false };
  const hourly = { do: "await-validation", afterMs: 3_600_000 };
  assert.deepEqual(planCertificate(issued, gone, 153 * day), hourly);
  assert.deepEqual(planCertificate(issued, gone, end), { do: "expire" });
  assert.deepEqual(planCertificate(issued, used, 3 * end), { do: "renew" });
  const tried = { ...issued, renewal: { status: "PENDING_VALIDATION", updatedMs: 0 } } as const;
  assert.deepEqual(planCertificate(tried, used, end), { do: "expire" });
  const asked = { ...issued, renewal: { status: "PENDING_AUTO_RENEWAL", updatedMs: 0 } } as const;
  assert.deepEqual(planCertificate(asked, unused, 0), { do: "renew" });
  const imported = { ...issued, type: "IMPORTED" } as const;
  const whole = { do: "wait", afterMs: 45 * day };
  assert.deepEqual(planCertificate(imported, unused, 153 * day), whole);
  assert.deepEqual(planCertificate(imported, used, end), { do: "expire" });
  const revoked = { ...issued, status: "REVOKED" } as const;
  assert.deepEqual(planCertificate(revoked, used, end), { do: "nothing" });
});
