import assert from "node:assert/strict";
import { test } from "node:test";
import { ImpossibleImpairment } from "../../driver.ts";
import { lossText, troublePackets } from "./packet-trouble.ts";

test("a part of the packets is dropped by dice in each direction, loopback's never", () => {
  assert.equal(
    lossText(0.1),
    `*raw
:PREROUTING ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A PREROUTING ! -i lo -m statistic --mode random --probability 0.100000 -j DROP
-A OUTPUT ! -o lo -m statistic --mode random --probability 0.100000 -j DROP
COMMIT
`,
  );
  assert.doesNotMatch(lossText(0), /DROP/);
});

test("packets of a container elsewhere cannot be troubled, and need not be when nothing is asked for", async () => {
  await troublePackets(undefined, { packetLoss: 0, packetDelayMs: 0 });
  await assert.rejects(
    troublePackets(undefined, { packetLoss: 0.5, packetDelayMs: 0 }),
    ImpossibleImpairment,
  );
});
