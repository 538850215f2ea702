import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import fc from "fast-check";
import { normalName, reversedName, unreversedName } from "../names.ts";
import { soa } from "../testing/dns-stage.ts";
import { changeNames, indexZone, type IndexedZone, type SetGroup } from "./index-zone.ts";

const head = { id: "Z1", name: "example.com.", isPrivate: false, vpcs: [], createdMs: 0 };

/** What can be seen of an index; the order of maps does not count. */
function seen({ nodes, below, soa: own, negativeTtl }: IndexedZone) {
  const shown = ({ policy, sets }: SetGroup) => ({
    policy,
    sets: sets.map(({ source }) => source),
  });
  const groups = new Map(
    [...nodes].map(([name, node]) => [
      name,
      new Map([...node].map(([type, group]) => [type, shown(group)])),
    ]),
  );
  return { groups, below, own: own?.source, negativeTtl };
}

test("a zone whose names change is the one that is told anew", () => {
  const label = fc.constantFrom("a", "b", "\\052", "c");
  const name = fc
    .array(label, { maxLength: 4 })
    .map((labels) => [...labels, "example.com."].join("."));
  const set = fc.record({
    Name: name,
    Type: fc.constantFrom("A" as const, "AAAA" as const),
    TTL: fc.constantFrom(60, 300),
  });
  const step = fc.record({ set, remove: fc.boolean() });
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
      (batches) => {
        const present = new Map<string, ResourceRecordSet>([["SOA example.com.", soa]]);
        const zone = indexZone({ ...head, sets: [...present.values()] });
        for (const batch of batches) {
          for (const { set: one, remove } of batch) {
            const key = `${one.Type} ${one.Name}`;
            if (remove) present.delete(key);
            else
              present.set(key, {
                ...one,
                ResourceRecords: [{ Value: one.Type === "A" ? "192.0.2.1" : "::1" }],
              });
          }
          const touched = new Set(batch.map(({ set: one }) => one.Name));
          changeNames(
            zone,
            [...touched].map((changed) => ({
              name: changed,
              sets: [...present.values()].filter(({ Name }) => Name === changed),
            })),
          );
          assert.deepEqual(seen(zone), seen(indexZone({ ...head, sets: [...present.values()] })));
        }
      },
    ),
  );
});

test("a name is found again by its reverse", () => {
  for (const given of [
    "www.example.com",
    "*.example.com",
    "a\\056b.example.com",
    "x\\134y.z\\040\\377.org",
    "com",
  ]) {
    const name = normalName(given);
    assert.equal(unreversedName(reversedName(name)), name);
  }
});
