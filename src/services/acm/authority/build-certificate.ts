/** X.509 certificates in DER, built with an ASN.1 library and signed by Node's own crypto. */
import { sign, X509Certificate, type KeyObject } from "node:crypto";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
} from "@peculiar/asn1-x509";
import { createHash } from "node:crypto";
import { dateOf } from "#runtime/date.ts";

export interface CertificatePlan {
  /** Hexadecimal; an even number of digits, the first below 8. */
  serial: string;
  subject: DistinguishedName;
  issuer: DistinguishedName;
  notBeforeMs: number;
  notAfterMs: number;
  publicKey: KeyObject;
  /** An EC key on P-256: what the root signs with. */
  issuerKey: KeyObject;
  issuerPublicKey: KeyObject;
  /** Without names: a certificate authority. */
  dnsNames: readonly string[];
  /** OIDs; a server's unless given. */
  extendedKeyUsages?: readonly string[];
}

export type DistinguishedName = readonly (readonly [attribute: "CN" | "O", value: string])[];

const attributeTypes = { CN: "2.5.4.3", O: "2.5.4.10" };
const ecdsaWithSha256 = "1.2.840.10045.4.3.2";

export function buildCertificate(plan: CertificatePlan): X509Certificate {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const certificate = new TBSCertificate({
    version: Version.v3,
    serialNumber: bytesOf(Buffer.from(plan.serial, "hex")),
    signature: algorithm,
    issuer: nameOf(plan.issuer),
    subject: nameOf(plan.subject),
    validity: new Validity({
      notBefore: dateOf(plan.notBeforeMs),
      notAfter: dateOf(plan.notAfterMs),
    }),
    subjectPublicKeyInfo: AsnConvert.parse(derOf(plan.publicKey), SubjectPublicKeyInfo),
    extensions: new Extensions(extensionsOf(plan)),
  });
  const signature = sign("sha256", Buffer.from(AsnConvert.serialize(certificate)), plan.issuerKey);
  const signed = new Certificate({
    tbsCertificate: certificate,
    signatureAlgorithm: algorithm,
    signatureValue: bytesOf(signature),
  });
  return new X509Certificate(Buffer.from(AsnConvert.serialize(signed)));
}

function extensionsOf(plan: CertificatePlan): Extension[] {
  const authority = plan.dnsNames.length === 0;
  const usage = authority
    ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
    : KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
  const own = keyIdentifier(plan.publicKey);
  const issuer = keyIdentifier(plan.issuerPublicKey);
  const extensions = [
    extension(id_ce_basicConstraints, new BasicConstraints({ cA: authority }), true),
    extension(id_ce_keyUsage, new KeyUsage(usage), true),
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(own)),
    extension(
      id_ce_authorityKeyIdentifier,
      new AuthorityKeyIdentifier({ keyIdentifier: new KeyIdentifier(issuer) }),
    ),
  ];
  if (authority) return extensions;
  const names = plan.dnsNames.map((dNSName) => new GeneralName({ dNSName }));
  return [
    ...extensions,
    extension(
      id_ce_extKeyUsage,
      new ExtendedKeyUsage([...(plan.extendedKeyUsages ?? [id_kp_serverAuth])]),
    ),
    extension(id_ce_subjectAltName, new SubjectAlternativeName(names)),
  ];
}

function extension(extnID: string, value: unknown, critical = false): Extension {
  return new Extension({
    extnID,
    critical,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}

function nameOf(parts: DistinguishedName): Name {
  return new Name(
    parts.map(([attribute, utf8String]) => {
      const value = new AttributeValue({ utf8String });
      const type = attributeTypes[attribute];
      return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value })]);
    }),
  );
}

/** The SHA-1 of the public key (RFC 5280, 4.2.1.2). */
function keyIdentifier(key: KeyObject): ArrayBuffer {
  const { subjectPublicKey } = AsnConvert.parse(derOf(key), SubjectPublicKeyInfo);
  return bytesOf(createHash("sha1").update(Buffer.from(subjectPublicKey)).digest());
}

function derOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function bytesOf(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}
