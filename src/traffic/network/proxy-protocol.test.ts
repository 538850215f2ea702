import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyProtocolBinary, proxyProtocolText } from "./proxy-protocol.ts";

const client = { host: "172.31.7.113", port: 51_442 };
const node = { host: "172.31.10.31", port: 80 };

test("the binary header is that of a known capture, up to its padding", () => {
  const header = proxyProtocolBinary(client, node, "vpce-08d2bf15fac5001c9");
  assert.equal(header.length, 100);
  const hex = header.toString("hex");
  assert.equal(hex.slice(0, 24), "0d0a0d0a000d0a515549540a");
  assert.equal(hex.slice(24, 32), "21110054");
  assert.equal(hex.slice(32, 56), "ac1f0771ac1f0a1fc8f20050");
  // Checksum, the endpoint's id, padding.
  assert.equal(hex.slice(56, 62), "030004");
  assert.equal(
    hex.slice(70, 122),
    `ea001701${Buffer.from("vpce-08d2bf15fac5001c9").toString("hex")}`,
  );
  assert.equal(hex.slice(122, 128), "040024");
  assert.match(hex.slice(128), /^0+$/);
  assert.equal(header.readUInt32BE(31), 0xe8d6892d);
});

test("addresses of IPv6 are written as such, and one of each kind as both", () => {
  const header = proxyProtocolBinary({ host: "fd00::1:2", port: 1 }, { host: "::1", port: 2 });
  assert.equal(header[13], 0x21);
  const addresses = header.subarray(16, 48).toString("hex");
  assert.equal(addresses, `fd00${"0000".repeat(5)}00010002${"0000".repeat(7)}0001`);
  const mixed = proxyProtocolBinary({ host: "1.2.3.4", port: 1 }, { host: "::1", port: 2 });
  assert.equal(mixed.subarray(16, 32).toString("hex"), `${"0000".repeat(5)}ffff01020304`);
});

test("the text header names both ends", () => {
  assert.equal(
    String(proxyProtocolText(client, node)),
    "PROXY TCP4 172.31.7.113 172.31.10.31 51442 80\r\n",
  );
});
