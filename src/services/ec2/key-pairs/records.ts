import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error } from "../errors.ts";
import type { TagOwner } from "../tags.ts";

export interface KeyPairRecord {
  keyName: string;
  keyPairId: string;
  keyType: "rsa" | "ed25519";
  fingerprint: string;
  /** "ssh-rsa AAAA… name": the line for authorized_keys. The private half is never kept. */
  publicKey: string;
  createdMs: number;
  tags: Tags;
}

/** By name. */
export const keyPairs = collection<KeyPairRecord>("ec2", "key-pair");

export const keyPairNotFound = (name: string) =>
  ec2Error("InvalidKeyPair.NotFound", `The key pair '${name}' does not exist`);

export const keyPairIdNotFound = (id: string) =>
  ec2Error("InvalidKeyPair.NotFound", `The key pair ID '${id}' does not exist`);

export const keyPairDuplicate = (name: string) =>
  ec2Error("InvalidKeyPair.Duplicate", `The key pair '${name}' already exists`);

export const keyFormatInvalid = () =>
  ec2Error("InvalidKey.Format", "Key is not in valid OpenSSH public key format");

/** Tags name key pairs by id, records by name. */
export const keyPairTags: TagOwner = {
  resourceType: "key-pair",
  prefix: "key",
  notFound: keyPairIdNotFound,
  async read(tx, scope, id) {
    return (await keyPairs.list(tx, scope)).find((pair) => pair.keyPairId === id)?.tags;
  },
  async write(tx, scope, id, tags) {
    const pair = (await keyPairs.list(tx, scope)).find(({ keyPairId }) => keyPairId === id);
    if (pair) keyPairs.put(tx, scope, [pair.keyName], { ...pair, tags });
  },
  async list(tx, scope) {
    const all = await keyPairs.list(tx, scope);
    return all.map(({ keyPairId, tags }) => ({ id: keyPairId, tags }));
  },
};
