/** How targets know what a provider said of a user. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html#user-claims-encoding */
import {
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  type KeyObject,
} from "node:crypto";
import type { OidcConfig } from "./config.ts";

/** Signs claims for targets with a key that follows from the balancer's secret. */
export class ClaimSigner {
  readonly keyId: string;
  readonly publicPem: string;
  readonly #arn: string;
  readonly #key: KeyObject;

  constructor(arn: string, secret: string) {
    this.#arn = arn;
    const scalar = createHash("sha256").update(`claims ${secret}`).digest();
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(scalar);
    const point = curve.getPublicKey();
    const jwk = {
      kty: "EC",
      crv: "P-256",
      d: scalar.toString("base64url"),
      x: point.subarray(1, 33).toString("base64url"),
      y: point.subarray(33).toString("base64url"),
    };
    this.#key = createPrivateKey({ key: jwk, format: "jwk" });
    this.publicPem = createPublicKey(this.#key).export({ type: "spki", format: "pem" });
    const id = createHash("sha256").update(this.publicPem).digest("hex");
    this.keyId = id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, "$1-$2-$3-$4-$5");
  }

  sign(config: OidcConfig, claims: Record<string, unknown>, expires: number): string {
    const { issuer: iss, clientId: client } = config;
    const header = {
      typ: "JWT",
      kid: this.keyId,
      alg: "ES256",
      iss,
      client,
      signer: this.#arn,
      exp: expires,
    };
    const text = [header, { ...claims, exp: expires, iss }].map(encode).join(".");
    const signature = sign("sha256", Buffer.from(text), {
      key: this.#key,
      dsaEncoding: "ieee-p1363",
    });
    return `${text}.${padded(signature)}`;
  }
}

function encode(value: unknown): string {
  return padded(Buffer.from(JSON.stringify(value)));
}

/** AWS keeps the padding that JWTs go without. */
function padded(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
