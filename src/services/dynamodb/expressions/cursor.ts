/** Walks over the tokens of one expression and puts in what its placeholders stand for. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { validation } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Path } from "./ast.ts";
import type { Placeholders } from "./placeholders.ts";
import { isReserved } from "./reserved-words.ts";
import { syntaxError, tokenize, type Token } from "./tokens.ts";

export class Cursor {
  readonly kind: string;
  /** What stood in parentheses of its own. */
  readonly grouped = new WeakSet<object>();
  readonly #tokens: Token[];
  readonly #placeholders: Placeholders;
  #position = 0;

  /** `kind` is the parameter's name, for errors. */
  constructor(text: string, kind: string, placeholders: Placeholders) {
    if (text.trim() === "") throw validation(`Invalid ${kind}: The expression can not be empty;`);
    if (Buffer.byteLength(text) > limits.expressionBytes)
      throw validation(
        `Invalid ${kind}: Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
      );
    this.kind = kind;
    this.#tokens = tokenize(text, kind);
    this.#placeholders = placeholders;
  }

  get token(): Token {
    return this.#tokens[this.#position]!;
  }

  /** The next token but one, to tell a function from an attribute. */
  get following(): Token {
    return this.#tokens[this.#position + 1] ?? this.token;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== "end") this.#position++;
    return token;
  }

  /** True, and passed over, when the word stands here; words are matched without case. */
  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.#position++;
    return true;
  }

  isWord(word: string): boolean {
    return this.token.kind === "name" && this.token.text.toUpperCase() === word;
  }

  takeSymbol(symbol: string): boolean {
    if (this.token.kind !== "symbol" || this.token.text !== symbol) return false;
    this.#position++;
    return true;
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.error();
  }

  expectEnd(): void {
    if (this.token.kind !== "end") throw this.error();
  }

  /** A syntax error at the present token, in AWS's words. */
  error() {
    const near = this.#tokens
      .slice(Math.max(0, this.#position - 1), this.#position + 2)
      .filter(({ kind }) => kind !== "end")
      .map(({ text }) => text)
      .join(" ");
    return syntaxError(this.kind, this.token.text, near);
  }

  invalid(detail: string) {
    return validation(`Invalid ${this.kind}: ${detail}`);
  }

  path(): Path {
    const path: [string, ...(string | number)[]] = [this.#name()];
    for (;;) {
      if (this.takeSymbol(".")) path.push(this.#name());
      else if (this.takeSymbol("[")) {
        const index = this.next();
        if (index.kind !== "number") throw this.error();
        path.push(Number(index.text));
        this.expectSymbol("]");
      } else return path;
    }
  }

  value(): AttributeValue {
    const { kind, text } = this.token;
    if (kind !== "value") throw this.error();
    this.next();
    return this.#placeholders.value(text, this.kind);
  }

  #name(): string {
    const { kind, text } = this.token;
    if (kind === "placeholder") {
      this.next();
      return this.#placeholders.name(text, this.kind);
    }
    if (kind !== "name") throw this.error();
    if (isReserved(text))
      throw this.invalid(`Attribute name is a reserved keyword; reserved keyword: ${text}`);
    this.next();
    return text;
  }
}
