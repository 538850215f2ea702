/** Who gets past a rule: users whom a provider vouches for, and requests with a token. */
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import { ClaimSigner } from "./claim-signer.ts";
import { createSealer, type CookieSealer } from "./cookies.ts";
import type { Counters } from "./counters.ts";
import { KeySets } from "./key-sets.ts";
import type { Listener } from "./listener.ts";
import {
  authenticate,
  takeCallback,
  type OidcEnvironment,
  type Refusal,
  type Renewals,
  type Verdict,
} from "./oidc.ts";
import { hostField } from "./request-facts.ts";
import type { CompiledRule } from "./rules.ts";
import { checkToken } from "./token.ts";

export interface AdmissionServices {
  wall: Wall;
  random: Random;
  counters: Counters;
}

export class Admission {
  readonly #services: AdmissionServices;
  readonly #keySets: KeySets;
  readonly #arn: string;
  readonly #renewals: Renewals = new Map();
  #secret: string;
  #sealer: CookieSealer;
  #signer: ClaimSigner | undefined;

  constructor(arn: string, secret: string, services: AdmissionServices) {
    this.#arn = arn;
    this.#secret = secret;
    this.#services = services;
    this.#sealer = createSealer(secret, services.random);
    this.#keySets = new KeySets(services.wall);
  }

  get sealer(): CookieSealer {
    return this.#sealer;
  }

  configure(secret: string): void {
    if (secret === this.#secret) return;
    this.#secret = secret;
    this.#sealer = createSealer(secret, this.#services.random);
    this.#signer = undefined;
  }

  /** Undefined for a rule that asks nobody. */
  admit(
    { authentication, token }: CompiledRule,
    request: HttpRequest,
    zone: string,
  ): Verdict | Promise<Verdict> | undefined {
    if (token) return checkToken(this.#keySets, token, request, this.#services.wall.now());
    return (
      authentication && authenticate(this.#oidc(zone), authentication, request, hostField(request))
    );
  }

  callback(request: HttpRequest, { authentications }: Listener, zone: string): Promise<Refusal> {
    return takeCallback(this.#oidc(zone), authentications, request, hostField(request));
  }

  #oidc(zone: string): OidcEnvironment {
    const { wall, random, counters } = this.#services;
    this.#signer ??= new ClaimSigner(this.#arn, this.#secret);
    return {
      wall,
      random,
      sealer: this.#sealer,
      signer: this.#signer,
      renewals: this.#renewals,
      count: (event) => counters.node(zone)[event]++,
      asked(elapsedMs, bytes) {
        const node = counters.node(zone);
        node.processedBytes += bytes;
        const latency = Math.max(elapsedMs, 0.01).toPrecision(2);
        node.authLatencies[latency] = (node.authLatencies[latency] ?? 0) + 1;
      },
    };
  }
}

/** The reply with cookies of the balancer's own. */
export function withCookies(reply: HttpReply, cookies: readonly string[]): HttpReply {
  const present = reply.headers["Set-Cookie"] ?? [];
  const before = Array.isArray(present) ? (present as string[]) : [String(present)];
  return { ...reply, headers: { ...reply.headers, "Set-Cookie": [...before, ...cookies] } };
}
