/** Draws rectangles, lines and text into pixels. Lines are smooth, text is not. */
import { columnsOf, glyphWidth } from "./font.ts";
import type { Pixels } from "./png.ts";

/** 0xrrggbb */
export type Color = number;

export const letterWidth = glyphWidth + 1;

export class Canvas implements Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;

  constructor(width: number, height: number, background: Color) {
    this.width = width;
    this.height = height;
    this.data = new Uint8Array(width * height * 3);
    this.rectangle(0, 0, width, height, background);
  }

  /** Lays a colour over a pixel; a cover of 1 hides what was there. */
  dot(x: number, y: number, color: Color, cover = 1): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const at = (y * this.width + x) * 3;
    for (let part = 0; part < 3; part++) {
      const wanted = (color >> (16 - 8 * part)) & 255;
      this.data[at + part] = Math.round(this.data[at + part]! * (1 - cover) + wanted * cover);
    }
  }

  rectangle(
    left: number,
    top: number,
    width: number,
    height: number,
    color: Color,
    cover = 1,
  ): void {
    for (let y = Math.round(top); y < Math.round(top + height); y++)
      for (let x = Math.round(left); x < Math.round(left + width); x++)
        this.dot(x, y, color, cover);
  }

  /** Each pixel is covered by how near it lies to the line. */
  line(x1: number, y1: number, x2: number, y2: number, color: Color, thickness = 1.5): void {
    const reach = thickness / 2 + 1;
    const length = Math.hypot(x2 - x1, y2 - y1);
    const from = Math.max(0, Math.floor(Math.min(x1, x2) - reach));
    const to = Math.min(this.width - 1, Math.ceil(Math.max(x1, x2) + reach));
    const top = Math.max(0, Math.floor(Math.min(y1, y2) - reach));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(y1, y2) + reach));
    for (let y = top; y <= bottom; y++)
      for (let x = from; x <= to; x++) {
        const along =
          length === 0 ? 0 : ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length ** 2;
        const part = Math.min(1, Math.max(0, along));
        const distance = Math.hypot(x - (x1 + part * (x2 - x1)), y - (y1 + part * (y2 - y1)));
        const cover = Math.min(1, thickness / 2 + 0.5 - distance);
        if (cover > 0) this.dot(x, y, color, cover);
      }
  }

  text(text: string, left: number, top: number, color: Color, scale = 1): void {
    let x = Math.round(left);
    for (const letter of text) {
      for (const [column, bits] of columnsOf(letter).entries())
        for (let row = 0; row < 8; row++)
          if ((bits >> row) & 1)
            this.rectangle(x + column * scale, Math.round(top) + row * scale, scale, scale, color);
      x += letterWidth * scale;
    }
  }
}
