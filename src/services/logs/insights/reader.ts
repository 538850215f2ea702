/** Goes through a query's words, one after the other. */
import { malformedQuery } from "../errors.ts";
import { tokenize, type Token } from "./lexer.ts";

export class Reader {
  readonly query: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(query: string) {
    this.query = query;
    this.#tokens = tokenize(query);
  }

  peek(ahead = 0): Token {
    const end = this.query.length;
    return this.#tokens[this.#position + ahead] ?? { kind: "end", text: "", start: end, end };
  }

  next(): Token {
    const token = this.peek();
    this.#position++;
    return token;
  }

  get isAtEnd(): boolean {
    return this.peek().kind === "end";
  }

  /** Takes the next word if it is this symbol. */
  symbol(text: string): boolean {
    const { kind, text: found } = this.peek();
    if (kind !== "symbol" || found !== text) return false;
    this.#position++;
    return true;
  }

  /** Takes the next word if it is this keyword, however it is written. */
  keyword(text: string): boolean {
    if (!this.isKeyword(text)) return false;
    this.#position++;
    return true;
  }

  isKeyword(text: string, ahead = 0): boolean {
    const { kind, text: found } = this.peek(ahead);
    return kind === "name" && found.toLowerCase() === text;
  }

  expectSymbol(text: string): void {
    if (!this.symbol(text)) throw this.unexpected(`'${text}'`);
  }

  expect(kind: Token["kind"], what: string): Token {
    if (this.peek().kind !== kind) throw this.unexpected(what);
    return this.next();
  }

  unexpected(wanted: string): Error {
    const { kind, text, start } = this.peek();
    const found = kind === "end" ? "end of query" : `'${text}'`;
    return malformedQuery(`unexpected ${found}, expecting ${wanted}`, start);
  }

  /** The query's own text from a place to the word before the present one. */
  textSince(start: number): string {
    const last = this.#tokens[this.#position - 1];
    return this.query.slice(start, last?.end ?? start).trim();
  }
}
