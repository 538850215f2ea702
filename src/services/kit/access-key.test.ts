import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { accountOfAccessKey, newAccessKeyId, newSecretAccessKey } from "./access-key.ts";

const random = createSeededRandom(7);

test("an access key id names the account that issued it", () => {
  for (const account of ["000000000000", "123456789012", "999999999999"]) {
    const id = newAccessKeyId("AKIA", account, random);
    assert.match(id, /^AKIA[A-Z2-7]{16}$/);
    assert.equal(accountOfAccessKey(id), account);
  }
  assert.notEqual(
    newAccessKeyId("ASIA", "123456789012", random),
    newAccessKeyId("ASIA", "123456789012", random),
  );
});

test("the account is read from a key that AWS issued", () => {
  // https://awsteele.com/blog/2020/09/26/aws-access-key-format.html
  assert.equal(accountOfAccessKey("ASIAY34FZKBOKMUTVV7A"), "609629065308");
});

test("no account is read from a key of the form before 2019, nor from other texts", () => {
  assert.equal(accountOfAccessKey("AKIAIOSFODNN7EXAMPLE"), undefined);
  assert.equal(accountOfAccessKey("123456789012"), undefined);
  assert.equal(accountOfAccessKey("test"), undefined);
});

test("a secret is 40 characters of base 64", () => {
  assert.match(newSecretAccessKey(random), /^[A-Za-z0-9+/]{40}$/);
});
