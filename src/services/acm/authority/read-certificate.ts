/** What ACM tells about a certificate, read from the certificate itself. */
import { X509Certificate, type KeyObject } from "node:crypto";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  Certificate,
  ExtendedKeyUsage,
  KeyUsage,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
} from "@peculiar/asn1-x509";
import type { DistinguishedName, ExtendedKeyUsageName, KeyUsageName } from "@aws-sdk/client-acm";

export interface CertificateFacts {
  /** Of the subject's CN, else the first alternative name. */
  domainName: string;
  names: string[];
  serial: string;
  subject: string;
  issuer: string;
  hasIssuer: boolean;
  notBeforeMs: number;
  notAfterMs: number;
  /** Undefined for keys that ACM does not know. */
  keyAlgorithm: string | undefined;
  signatureAlgorithm: string;
  keyUsages: KeyUsageName[];
  extendedKeyUsages: { Name: ExtendedKeyUsageName; OID: string }[];
}

export function readCertificate(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  const structure = AsnConvert.parse(certificate.raw, Certificate);
  const { tbsCertificate } = structure;
  const names = alternativeNames(certificate);
  const common = attributeOf(certificate.subject, "CN");
  return {
    domainName: common ?? names[0] ?? "",
    names: names.length > 0 ? names : common === undefined ? [] : [common],
    serial: certificate.serialNumber.toLowerCase().match(/../g)?.join(":") ?? "",
    subject: certificate.subject.split("\n").reverse().join(","),
    issuer: attributeOf(certificate.issuer, "O") ?? attributeOf(certificate.issuer, "CN") ?? "",
    hasIssuer: certificate.issuer !== undefined && certificate.issuer !== "",
    notBeforeMs: certificate.validFromDate.getTime(),
    notAfterMs: certificate.validToDate.getTime(),
    keyAlgorithm: keyAlgorithmOf(certificate.publicKey),
    signatureAlgorithm: signatures[structure.signatureAlgorithm.algorithm] ?? "UNKNOWN",
    keyUsages: usagesOf(extensionOf(tbsCertificate, id_ce_keyUsage)),
    extendedKeyUsages: extendedUsagesOf(extensionOf(tbsCertificate, id_ce_extKeyUsage)),
  };
}

/** Subject and issuer by their attributes, as SearchCertificates shows them. */
export function distinguishedNames(pem: string) {
  const certificate = new X509Certificate(pem);
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
  };
}

function distinguishedName(name: string | undefined): DistinguishedName {
  return {
    CommonName: attributeOf(name, "CN"),
    Country: attributeOf(name, "C"),
    Organization: attributeOf(name, "O"),
    OrganizationalUnit: attributeOf(name, "OU"),
    State: attributeOf(name, "ST"),
    Locality: attributeOf(name, "L"),
    SerialNumber: attributeOf(name, "serialNumber"),
  };
}

function alternativeNames({ subjectAltName = "" }: X509Certificate): string[] {
  return subjectAltName
    .split(", ")
    .filter((entry) => entry.startsWith("DNS:"))
    .map((entry) => entry.slice("DNS:".length));
}

function attributeOf(name: string | undefined, attribute: string): string | undefined {
  const line = name?.split("\n").find((part) => part.startsWith(`${attribute}=`));
  return line?.slice(attribute.length + 1);
}

const ecNames: Record<string, string> = {
  prime256v1: "EC_prime256v1",
  secp384r1: "EC_secp384r1",
  secp521r1: "EC_secp521r1",
};

export function keyAlgorithmOf(key: KeyObject): string | undefined {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === "ec") return ecNames[details?.namedCurve ?? ""];
  if (key.asymmetricKeyType !== "rsa") return undefined;
  const length = details?.modulusLength ?? 0;
  return [1024, 2048, 3072, 4096].includes(length) ? `RSA_${length}` : undefined;
}

const signatures: Record<string, string> = {
  "1.2.840.113549.1.1.5": "SHA1WITHRSA",
  "1.2.840.113549.1.1.11": "SHA256WITHRSA",
  "1.2.840.113549.1.1.12": "SHA384WITHRSA",
  "1.2.840.113549.1.1.13": "SHA512WITHRSA",
  "1.2.840.10045.4.3.2": "SHA256WITHECDSA",
  "1.2.840.10045.4.3.3": "SHA384WITHECDSA",
  "1.2.840.10045.4.3.4": "SHA512WITHECDSA",
};

/** In the order of the bits (RFC 5280, 4.2.1.3). */
const usageNames: KeyUsageName[] = [
  "DIGITAL_SIGNATURE",
  "NON_REPUDIATION",
  "KEY_ENCIPHERMENT",
  "DATA_ENCIPHERMENT",
  "KEY_AGREEMENT",
  "CERTIFICATE_SIGNING",
  "CRL_SIGNING",
  "ENCIPHER_ONLY",
  "DECIPHER_ONLY",
];

const extendedNames: Record<string, ExtendedKeyUsageName> = {
  "1.3.6.1.5.5.7.3.1": "TLS_WEB_SERVER_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.2": "TLS_WEB_CLIENT_AUTHENTICATION",
  "1.3.6.1.5.5.7.3.3": "CODE_SIGNING",
  "1.3.6.1.5.5.7.3.4": "EMAIL_PROTECTION",
  "1.3.6.1.5.5.7.3.5": "IPSEC_END_SYSTEM",
  "1.3.6.1.5.5.7.3.6": "IPSEC_TUNNEL",
  "1.3.6.1.5.5.7.3.7": "IPSEC_USER",
  "1.3.6.1.5.5.7.3.8": "TIME_STAMPING",
  "1.3.6.1.5.5.7.3.9": "OCSP_SIGNING",
  "2.5.29.37.0": "ANY",
};

function extensionOf({ extensions }: Certificate["tbsCertificate"], id: string) {
  return extensions?.find(({ extnID }) => extnID === id)?.extnValue;
}

function usagesOf(value: ReturnType<typeof extensionOf>): KeyUsageName[] {
  if (!value) return ["ANY"];
  const bits = AsnConvert.parse(value.buffer, KeyUsage).toNumber();
  return usageNames.filter((_name, index) => (bits & (1 << index)) !== 0);
}

function extendedUsagesOf(value: ReturnType<typeof extensionOf>) {
  if (!value) return [{ Name: "NONE" as const, OID: "" }];
  return AsnConvert.parse(value.buffer, ExtendedKeyUsage).map((OID) => ({
    Name: extendedNames[OID] ?? ("CUSTOM" as const),
    OID,
  }));
}
