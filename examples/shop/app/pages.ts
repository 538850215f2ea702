/** What customers see. */
import type { Cart } from "./cloud.ts";
import { findProduct, products, type Product } from "./products.ts";

/** A page with the name of the server that made it, so that one can watch the balancer work. */
export function page(title: string, body: string, instance: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><style>body{font:1.1rem/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem}footer{color:#667;margin-top:3rem;font-size:.9rem}button{font:inherit}</style>
<h1>${escape(title)}</h1>${body}
<footer><a href="/">Products</a> · <a href="/cart">Cart</a> · <a href="/whoami">This page was made by ${escape(instance)}</a></footer></html>`;
}

export function productList(): string {
  return `<ul>${products.map((product) => `<li><a href="/products/${product.id}">${escape(product.name)}</a>, ${price(product.cents)}</li>`).join("")}</ul>`;
}

export function productPage({ id, name, cents }: Product): string {
  return `<p><img src="/images/${id}" alt="" height="120"></p><p>${escape(name)} for ${price(cents)}.</p>
<form method="post" action="/cart/${id}"><button>Put into the cart</button></form>
<p>Send a picture with <code>curl --data-binary @picture.png -H "content-type: image/png" …/images/${id}</code></p>`;
}

export function cartPage(cart: Cart): string {
  const lines = Object.entries(cart).flatMap(([id, count]) => {
    const product = findProduct(id);
    return product ? [{ product, count }] : [];
  });
  if (lines.length === 0) return "<p>Nothing here yet.</p>";
  const total = lines.reduce((sum, { product, count }) => sum + product.cents * count, 0);
  return `<ul>${lines.map(({ product, count }) => `<li>${count} × ${escape(product.name)}</li>`).join("")}</ul>
<p>Together ${price(total)}.</p><form method="post" action="/checkout"><button>Order</button></form>`;
}

/** Stands for a picture that nobody has sent yet. */
export const noPicture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 120"><rect width="160" height="120" fill="#e8ecef"/><g stroke="#b9c3cb" stroke-width="8" stroke-linecap="round"><path d="M30 45h100M20 65h80M50 85h90"/></g></svg>`;

function price(cents: number): string {
  return `€ ${(cents / 100).toFixed(2)}`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
