/**
 * Takes user data apart: one piece of text, or the pieces of a MIME message, each with its type, as
 * cloud-init does it. https://cloudinit.readthedocs.io/en/latest/explanation/format.html
 */
import { gunzipSync } from "node:zlib";
import { parse } from "yaml";

export interface UserDataPart {
  /** A MIME type such as "text/x-shellscript". */
  type: string;
  /** A file name of the author's, or "part-001" and so on. */
  name: string;
  content: Buffer;
}

/** First lines that tell what a text is, in cloud-init's order of preference. */
const beginnings: readonly (readonly [begins: string, type: string])[] = [
  ["#include-once", "text/x-include-once-url"],
  ["#include", "text/x-include-url"],
  ["#!", "text/x-shellscript"],
  ["## template: jinja", "text/jinja2"],
  ["#cloud-config-archive", "text/cloud-config-archive"],
  ["#cloud-config", "text/cloud-config"],
  ["#cloud-boothook", "text/cloud-boothook"],
  ["#part-handler", "text/part-handler"],
  ["#upstart-job", "text/upstart-job"],
];

/** Types that say nothing, so that the text's beginning decides. */
const vague = new Set(["text/plain", "application/octet-stream", "text/x-not-multipart"]);

/** Largest size that a compressed part may unfold to. */
const longestPartBytes = 16 * 1024 * 1024;

export function splitUserData(bytes: Uint8Array): UserDataPart[] {
  const parts: UserDataPart[] = [];
  collect(Buffer.from(bytes), undefined, undefined, parts);
  return parts;
}

function collect(
  bytes: Buffer,
  declared: string | undefined,
  fileName: string | undefined,
  parts: UserDataPart[],
): void {
  const content = inflate(bytes);
  const text = content.toString("latin1");
  if ((declared === undefined || vague.has(declared)) && looksLikeMime(text))
    return collectMime(text, parts);
  const type = declared === undefined || vague.has(declared) ? typeOf(text) : declared;
  if (type.startsWith("multipart/")) return collectMime(text, parts);
  if (type === "text/cloud-config-archive") return collectArchive(content, parts);
  const name = fileName ?? `part-${String(parts.length + 1).padStart(3, "0")}`;
  parts.push({ type, name: name.replaceAll(/[^\w.-]/g, "_"), content });
}

function inflate(bytes: Buffer): Buffer {
  const gzip = bytes.length > 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
  return gzip ? gunzipSync(bytes, { maxOutputLength: longestPartBytes }) : bytes;
}

function typeOf(text: string): string {
  const start = text.trimStart().slice(0, 64).toLowerCase();
  return beginnings.find(([begins]) => start.startsWith(begins))?.[1] ?? "text/x-not-multipart";
}

function looksLikeMime(text: string): boolean {
  const head = text.trimStart().slice(0, 2048);
  return (
    /^(content-type|mime-version|from |content-transfer-encoding)/i.test(head) &&
    /^(content-type|mime-version):/im.test(head)
  );
}

function collectMime(text: string, parts: UserDataPart[]): void {
  const { headers, body } = splitHead(text.trimStart());
  const { type, parameters } = parseContentType(headers.get("content-type"));
  if (!type.startsWith("multipart/")) {
    const bytes = decodeTransfer(body, headers.get("content-transfer-encoding"));
    const named = /filename="?([^";]+)"?/i.exec(headers.get("content-disposition") ?? "")?.[1];
    return collect(bytes, type, named, parts);
  }
  const boundary = parameters.get("boundary");
  if (boundary === undefined) throw new Error("multipart user data names no boundary");
  const pieces = `\n${body.replaceAll("\r\n", "\n")}`.split(`\n--${boundary}`);
  for (const piece of pieces.slice(1)) {
    if (piece.startsWith("--")) break;
    collectMime(piece.replace(/^[ \t]*\n/, ""), parts);
  }
}

function splitHead(text: string): { headers: Map<string, string>; body: string } {
  const lines = text.replaceAll("\r\n", "\n");
  const headers = new Map<string, string>();
  // A part may have no headers at all: then it starts with the empty line.
  const end = lines.startsWith("\n") ? 0 : lines.indexOf("\n\n");
  const head = end < 0 ? lines : lines.slice(0, end);
  for (const line of head.replaceAll(/\n[ \t]+/g, " ").split("\n")) {
    const colon = line.indexOf(":");
    if (colon > 0)
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, body: end < 0 ? "" : lines.slice(end + (end === 0 ? 1 : 2)) };
}

function parseContentType(value: string | undefined) {
  const [type = "text/plain", ...rest] = (value ?? "text/plain").split(";");
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [name, ...text] = parameter.split("=");
    parameters.set(
      name!.trim().toLowerCase(),
      text
        .join("=")
        .trim()
        .replace(/^"(.*)"$/, "$1"),
    );
  }
  return { type: type.trim().toLowerCase(), parameters };
}

function decodeTransfer(body: string, encoding: string | undefined): Buffer {
  switch (encoding?.toLowerCase()) {
    case "base64":
      return Buffer.from(body, "base64");
    case "quoted-printable":
      return Buffer.from(
        body
          .replaceAll(/=\n/g, "")
          .replaceAll(/=([0-9A-Fa-f]{2})/g, (_match, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
        "latin1",
      );
    default:
      return Buffer.from(body, "latin1");
  }
}

function collectArchive(content: Buffer, parts: UserDataPart[]): void {
  const entries: unknown = parse(content.toString("utf8"));
  if (!Array.isArray(entries)) throw new Error("a cloud-config archive must be a list");
  for (const entry of entries as unknown[]) {
    if (typeof entry === "string") collect(Buffer.from(entry), undefined, undefined, parts);
    else if (typeof entry === "object" && entry !== null) {
      const { type, content: inner, filename } = entry as Record<string, unknown>;
      collect(
        Buffer.from(typeof inner === "string" ? inner : ""),
        typeof type === "string" ? type : undefined,
        typeof filename === "string" ? filename : undefined,
        parts,
      );
    }
  }
}
