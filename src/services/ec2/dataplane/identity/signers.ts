/** The signer of each region, for all accounts as AWS's is; made when it is first needed and kept. */
import type { Environment, OwnEndpoint } from "#services/kit/service.ts";
import { collection, type Scope } from "#store/collection.ts";
import { createSigner, type Signer } from "./sign.ts";

const signers = collection<Signer>("ec2", "identity-signer");

type SignerEnvironment = Pick<Environment, "store" | "random" | "clock">;

export async function signerOf(env: SignerEnvironment, { region }: Scope): Promise<Signer> {
  const { store, random, clock } = env;
  const scope = { account: "000000000000", region };
  const present = await store.transaction((tx) => signers.view(tx, scope));
  if (present) return present;
  const fresh = await createSigner(random, region, clock.now());
  return store.transaction(async (tx) => {
    // Another machine may have asked meanwhile.
    const first = await signers.get(tx, scope);
    if (first) return first;
    signers.put(tx, scope, [], fresh);
    return fresh;
  });
}

/** `GET /_fogbank/instance-identity`: the certificate by which identity documents are verified. */
export function identityEndpoint(env: SignerEnvironment): OwnEndpoint {
  return async ({ method, scope }) => {
    if (method !== "GET") throw new RangeError("there is nothing to change: GET the certificate");
    return { certificate: (await signerOf(env, scope)).certificatePem };
  };
}
